/** Requests made of an API's literal: well-formed, with values from small pools, so that they get past the codec and meet each other. */
import { apis, encodeRequest, type AnyApi, type Api } from '../../protocol/index.ts';
import { batchOf } from './batches.ts';

type Fields = Api['definition']['request'];
type Field = Fields[string];

const STRINGS: readonly string[] = [
  '',
  'fuzz-a',
  'fuzz-b',
  'not/a/topic',
  '__consumer_offsets',
  'x'.repeat(300),
  '1',
  'range',
  'retention.ms',
  'compact',
];
const NUMBERS: readonly number[] = [-2, -1, 0, 0, 0, 1, 1, 2, 3, 5, 100];
const LARGE: Readonly<Record<string, readonly number[]>> = {
  int8: [127, -128],
  int16: [32_767, -32_768],
  int32: [2 ** 31 - 1, -(2 ** 31)],
  int64: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
};
const UUIDS: readonly string[] = ['00000000-0000-0000-0000-000000000000', '11111111-1111-4111-8111-111111111111'];

export class RandomRequests {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** A whole number from 0 (inclusive) to `limit`. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** A frame with a well-formed request of any API and version. */
  frame(correlationId: number): { readonly api: AnyApi; readonly version: number; readonly bytes: Buffer } {
    const api = this.pick(apis);
    const version = api.minVersion + this.below(api.maxVersion - api.minVersion + 1);
    const body = this.#struct((api as Api).definition.request);
    const bytes = Buffer.concat(encodeRequest(api, version, { correlationId, clientId: 'fuzz' }, body));
    return { api, version, bytes };
  }

  #struct(fields: Fields): Record<string, unknown> {
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, this.#value(name, field)]));
  }

  #value(name: string, field: Field): unknown {
    if (field.default === null && this.below(2) === 0) return null;
    if (field.type.startsWith('[]')) return Array.from({ length: this.below(3) }, () => this.#element(name, field));
    return this.#element(name, field);
  }

  #element(name: string, field: Field): unknown {
    if ('fields' in field) return this.#struct(field.fields);
    const type = field.type.replace('[]', '');
    switch (type) {
      case 'bool':
        return this.below(2) === 0;
      case 'string':
        return this.pick(STRINGS);
      case 'uuid':
        return this.pick(UUIDS);
      case 'bytes':
        return Buffer.alloc(this.below(50), this.below(256));
      case 'records':
        return [this.#records()];
      default:
        // Waits are kept short, so that one connection after the other can be tried.
        if (/(?:wait|timeout)ms$/i.test(name)) return this.below(20);
        return this.below(20) === 0 ? this.pick(LARGE[type] ?? NUMBERS) : this.pick(NUMBERS);
    }
  }

  #records(): Buffer {
    const batch = batchOf(['fuzz', 'fuzz']);
    if (this.below(3) === 0) batch[this.below(batch.length)]! ^= 1 << this.below(8);
    return this.below(4) === 0 ? batch.subarray(0, this.below(batch.length)) : batch;
  }
}
