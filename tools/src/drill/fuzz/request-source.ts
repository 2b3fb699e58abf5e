/** Requests of any API and version made of its typed definition: well-formed, with values from small pools, so that they meet each other. */
import { apis, encodeRequest, type Api, type AnyApi } from '@headwater/broker-core/protocol';
import type { Random } from '../random.ts';
import { BatchSource } from './batch-source.ts';

type Fields = Api['definition']['request'];
type Field = Fields[string];

export interface FuzzFrame {
  /** With its size field. */
  readonly bytes: Buffer;
  /** Undamaged: its answer can be read. */
  readonly request?: { readonly api: AnyApi; readonly version: number };
}

export const FUZZ_TOPICS = ['fuzz-a', 'fuzz-b', 'fuzz-compacted'] as const;

const STRINGS: readonly string[] = [
  '',
  ...FUZZ_TOPICS,
  'not/a/topic',
  '__consumer_offsets',
  '__transaction_state',
  'x'.repeat(300),
  '1',
  'range',
  'consumer',
  'retention.ms',
  'cleanup.policy',
  'compact',
  'ünï\u0000code',
];
const NUMBERS: readonly number[] = [-2, -1, 0, 0, 0, 1, 1, 2, 3, 5, 100];
const LARGE: Readonly<Record<string, readonly number[]>> = {
  int8: [127, -128],
  int16: [32_767, -32_768],
  int32: [2 ** 31 - 1, -(2 ** 31)],
  int64: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
};
const UUIDS: readonly string[] = ['00000000-0000-0000-0000-000000000000', '11111111-1111-4111-8111-111111111111'];
/** Partitions cost files; a request for a hundred is rare, and one for millions is refused. */
const COUNT_FIELDS = /^(?:numPartitions|count)$/;

export class RequestSource {
  readonly #random: Random;
  readonly #batches: BatchSource;

  constructor(random: Random) {
    this.#random = random;
    this.#batches = new BatchSource(random);
  }

  frame(correlationId: number, api: AnyApi = this.#random.pick(apis)): FuzzFrame {
    const version = this.#random.between(api.minVersion, api.maxVersion);
    const body = this.#struct((api as Api).definition.request);
    const bytes = Buffer.concat(encodeRequest(api, version, { correlationId, clientId: 'fuzz' }, body));
    return { bytes, request: { api, version } };
  }

  #struct(fields: Fields): Record<string, unknown> {
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, this.#value(name, field)]));
  }

  #value(name: string, field: Field): unknown {
    if (field.default === null && this.#random.chance(0.5)) return null;
    if (field.type.startsWith('[]'))
      return Array.from({ length: this.#random.below(3) }, () => this.#element(name, field));
    return this.#element(name, field);
  }

  #element(name: string, field: Field): unknown {
    if ('fields' in field) return this.#struct(field.fields);
    const random = this.#random;
    const type = field.type.replace('[]', '');
    switch (type) {
      case 'bool':
        return random.chance(0.5);
      case 'string':
        return random.pick(STRINGS);
      case 'uuid':
        return random.pick(UUIDS);
      case 'bytes':
        return Buffer.alloc(random.below(50), random.below(256));
      case 'records':
        return [this.#batches.batch()];
      default:
        // Waits are kept short: a client that waits cannot be told from one that is forgotten.
        if (/(?:wait|timeout)ms$/i.test(name)) return random.below(20);
        if (COUNT_FIELDS.test(name)) return random.chance(0.02) ? 100 : random.between(-1, 3);
        return random.chance(0.05) ? random.pick(LARGE[type] ?? NUMBERS) : random.pick(NUMBERS);
    }
  }
}
