/** Record values that say who wrote them and are made again to compare them byte by byte. */
import { Random } from '../random.ts';

const ORDINARY_BYTES = 160;
const MEDIUM_BYTES = 6_000;
const LARGE_BYTES = 90_000;

/** The value of a stream's record: its name and sequence, then text of a size that both decide. */
export function payload(stream: string, sequence: number): Buffer {
  const label = `${stream}/${sequence}/`;
  let seed = 17;
  for (let index = 0; index < label.length; index++) seed = Math.imul(seed, 31) + label.charCodeAt(index);
  const random = new Random(seed);
  const dice = random.next();
  const most = dice < 0.004 ? LARGE_BYTES : dice < 0.03 ? MEDIUM_BYTES : ORDINARY_BYTES;
  const value = Buffer.alloc(label.length + random.below(most), 97 + random.below(26));
  value.write(label, 'latin1');
  // A changing tail, so that pieces of one record in place of another's are seen.
  if (value.length > label.length) value[value.length - 1] = random.below(256);
  return value;
}

export interface PayloadLabel {
  readonly stream: string;
  readonly sequence: number;
}

/** Who wrote a value; undefined when its bytes are not what that stream wrote. */
export function payloadLabel(value: Buffer | null): PayloadLabel | undefined {
  if (value === null) return undefined;
  const [stream, sequenceText] = value.subarray(0, 80).toString('latin1').split('/');
  const sequence = Number(sequenceText);
  if (stream === undefined || !Number.isSafeInteger(sequence)) return undefined;
  return payload(stream, sequence).equals(value) ? { stream, sequence } : undefined;
}
