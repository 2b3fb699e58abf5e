import { Problem } from '../problem/index.ts';

/** Types that a cursor's fields can have. */
export interface CursorFieldTypes {
  readonly string: string;
  readonly number: number;
  /** Carried as decimal digits: PostgreSQL's bigint. */
  readonly bigint: bigint;
}

type CursorFields = Readonly<Record<string, keyof CursorFieldTypes>>;

/** The position that a cursor stands for. */
export type CursorPosition<F extends CursorFields> = { readonly [K in keyof F]: CursorFieldTypes[F[K]] };

const LONGEST_CURSOR = 1024;

/**
 * Encodes the position of a page's last row as an opaque text (base64url of JSON) for `?cursor=`. The fields are those
 * that the query sorts by, the last one unique, so that rows added meanwhile neither repeat nor hide others.
 */
export class CursorCodec<const F extends CursorFields> {
  private readonly fields: F;

  constructor(fields: F) {
    this.fields = fields;
  }

  encode(position: CursorPosition<F>): string {
    const values = Object.entries(this.fields).map(([name, type]) =>
      type === 'bigint' ? String(position[name]) : position[name],
    );
    return Buffer.from(JSON.stringify(values)).toString('base64url');
  }

  /** Throws a 400 problem, `invalid-cursor`, for anything that `encode` of the same fields did not make. */
  decode(cursor: string): CursorPosition<F> {
    const names = Object.entries(this.fields);
    const values = parse(cursor);
    if (values?.length !== names.length) throw invalidCursor();
    return Object.fromEntries(
      names.map(([name, type], index) => [name, decodeField(values[index], type)]),
    ) as CursorPosition<F>;
  }
}

function parse(cursor: string): readonly unknown[] | undefined {
  if (cursor.length > LONGEST_CURSOR || !/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

function decodeField(value: unknown, type: keyof CursorFieldTypes): string | number | bigint {
  if (type === 'string' && typeof value === 'string') return value;
  if (type === 'number' && typeof value === 'number') return value;
  if (type === 'bigint' && typeof value === 'string' && /^-?\d{1,19}$/.test(value)) return BigInt(value);
  throw invalidCursor();
}

function invalidCursor(): Problem {
  const field = { field: 'cursor', pointer: '#/cursor', detail: 'cursor must be the nextCursor of an earlier page' };
  const detail =
    'The cursor is none that this service gave out. Take nextCursor of the page before, or leave it out for the first page.';
  return Problem.badRequest('invalid-cursor', detail, [field]);
}
