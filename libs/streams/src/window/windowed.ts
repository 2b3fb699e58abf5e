import { longCodec, writeLong, type Codec } from '../codec/index.ts';

/** A key within a window. Of a time window `endMs` is the first moment after it, of a session its last record's timestamp. */
export interface Windowed<K> {
  readonly key: K;
  readonly startMs: number;
  readonly endMs: number;
}

const longBytes = 8;

/** Keys of time windows of one size: the key's bytes and the start, as Kafka's TimeWindowedSerializer writes them. */
export function windowedCodec<K>(key: Codec<K>, sizeMs: number): Codec<Windowed<K>> {
  return {
    encode(windowed) {
      const keyBytes = key.encode(windowed.key);
      const bytes = Buffer.allocUnsafe(keyBytes.length + longBytes);
      keyBytes.copy(bytes);
      writeLong(bytes, windowed.startMs, keyBytes.length);
      return bytes;
    },
    decode(bytes) {
      const keyEnd = bytes.length - longBytes;
      const startMs = longCodec.decode(bytes.subarray(keyEnd));
      return { key: key.decode(bytes.subarray(0, keyEnd)), startMs, endMs: startMs + sizeMs };
    },
  };
}

/** Keys of sessions: the key's bytes, the end and the start, as Kafka's SessionWindowedSerializer writes them. */
export function sessionCodec<K>(key: Codec<K>): Codec<Windowed<K>> {
  return {
    encode: (windowed) =>
      Buffer.concat([key.encode(windowed.key), longCodec.encode(windowed.endMs), longCodec.encode(windowed.startMs)]),
    decode(bytes) {
      const keyEnd = bytes.length - 2 * longBytes;
      return {
        key: key.decode(bytes.subarray(0, keyEnd)),
        endMs: longCodec.decode(bytes.subarray(keyEnd, keyEnd + longBytes)),
        startMs: longCodec.decode(bytes.subarray(keyEnd + longBytes)),
      };
    },
  };
}
