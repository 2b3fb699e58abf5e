import avro from 'avsc';
import {
  innerOf,
  resolverOf,
  type CheckHook,
  type CopyOptions,
  type InnerResolver,
  type InnerType,
  type Tap,
} from './avsc-protocol.ts';
import { branchTagOf, isRecordBranch, type SchemaNode } from './branch-tag.ts';

interface Branch {
  readonly index: number;
  readonly type: avro.Type;
  readonly inner: InnerType;
  readonly tag: string;
  readonly isRecord: boolean;
}

const isNull = (node: SchemaNode): boolean => node === 'null' || (node as { type?: unknown }).type === 'null';

/**
 * A union as TypeScript takes it.
 *
 *     ["null", T]              T | null
 *     ["null", A, B, "long"]   { type: 'A', … } | { type: 'B', … } | { type: 'long', value: number } | null
 *
 * With one branch beside null, or alone, the value stands for itself. Of several each carries its branch's tag as `type`: a record
 * beside its own fields, anything else with its value as `value`.
 */
export class ContractUnion extends avro.types.LogicalType {
  readonly expectation: string;
  private readonly branches: readonly Branch[];
  private readonly nullIndex: number;
  /** The only branch beside null. */
  private readonly single: Branch | undefined;
  private readonly byTag: ReadonlyMap<string, Branch>;

  constructor(schema: readonly SchemaNode[], options: unknown) {
    super(schema as unknown as avro.Schema, options);
    const { types } = this.underlyingType as unknown as { types: readonly avro.Type[] };
    this.branches = types.map((type, index) => ({
      index,
      type,
      inner: innerOf(type),
      tag: branchTagOf(schema[index]!),
      isRecord: isRecordBranch(schema[index]!, type),
    }));
    this.nullIndex = schema.findIndex(isNull);
    const valued = this.branches.filter(({ index }) => index !== this.nullIndex);
    this.single = valued.length === 1 ? valued[0] : undefined;
    this.byTag = new Map(valued.map((branch) => [branch.tag, branch]));
    const forms = this.single ? [this.single.tag] : valued.map(({ tag }) => `{ type: '${tag}' }`);
    this.expectation = [...forms, ...(this.nullIndex < 0 ? [] : ['null'])].join(' or ');
  }

  private branchOf(value: unknown): Branch | undefined {
    if (this.single) return this.single;
    if (typeof value !== 'object' || value === null) return undefined;
    return this.byTag.get((value as { type?: unknown }).type as string);
  }

  /** The branch's own value, out of the union's. */
  private inside(branch: Branch, value: unknown): unknown {
    return this.single || branch.isRecord ? value : (value as { value: unknown }).value;
  }

  /** The union's value, of a branch's own. */
  private outside(branch: Branch, value: unknown): unknown {
    if (this.single || branch.index === this.nullIndex) return value;
    if (!branch.isRecord) return { type: branch.tag, value };
    (value as { type: string }).type = branch.tag;
    return value;
  }

  // What follows is called by avsc.

  protected _read(tap: Tap): unknown {
    const index = tap.readLong();
    const branch = this.branches[index];
    if (!branch) throw new Error(`invalid union index: ${index}`);
    return this.outside(branch, branch.inner._read(tap));
  }

  protected _write(tap: Tap, value: unknown): void {
    if (value === null && this.nullIndex >= 0) {
      tap.writeLong(this.nullIndex);
      return;
    }
    const branch = this.branchOf(value);
    if (!branch) throw new Error(`a union takes ${this.expectation}`);
    tap.writeLong(branch.index);
    branch.inner._write(tap, this.inside(branch, value));
  }

  protected _check(value: unknown, flags?: unknown, hook?: CheckHook, path?: string[]): boolean {
    if (value === null && this.nullIndex >= 0) return true;
    const branch = value === undefined ? undefined : this.branchOf(value);
    if (branch) return branch.inner._check(this.inside(branch, value), flags, hook, path);
    hook?.(value, this);
    return false;
  }

  protected _copy(value: unknown, options?: CopyOptions): unknown {
    // A field's default is a value of the first branch (Avro specification, Unions).
    const branch =
      options?.wrap === 2 ? this.branches[0] : value === null ? this.branches[this.nullIndex] : this.branchOf(value);
    if (!branch) throw new Error(`a union takes ${this.expectation}`);
    const inside = options?.wrap === 2 || value === null ? value : this.inside(branch, value);
    return this.outside(branch, branch.inner._copy(inside, options));
  }

  /** One branch of the writer: read by the branch of the same name where there is one, else by the first that can. */
  protected _update(resolver: InnerResolver, writer: avro.Type, options: unknown): void {
    const { branchName } = innerOf(writer);
    const sameFirst = [...this.branches].sort(
      (one, other) => Number(other.inner.branchName === branchName) - Number(one.inner.branchName === branchName),
    );
    for (const branch of sameFirst) {
      try {
        const within = resolverOf(branch.type, writer, options);
        resolver._read = (tap) => this.outside(branch, within._read(tap));
        return;
      } catch {
        // The next branch may read it; where none does, avsc says so.
      }
    }
  }

  protected override _resolve(): never {
    throw new Error('resolution is done by _update');
  }

  protected override _fromValue(value: unknown): unknown {
    return value;
  }

  protected override _toValue(value: unknown): unknown {
    return value;
  }
}
