/** Murmur2 as Kafka's Java client hashes keys, by 32-bit arithmetic. */
const seed = 0x9747b28c;
const factor = 0x5bd1e995;

export function murmur2(bytes: Buffer, length: number): number {
  let hash = seed ^ length;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, factor);
    word ^= word >>> 24;
    hash = Math.imul(hash, factor) ^ Math.imul(word, factor);
  }
  const rest = length & 3;
  if (rest === 3) hash ^= bytes[whole + 2]! << 16;
  if (rest >= 2) hash ^= bytes[whole + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[whole]!, factor);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, factor);
  return hash ^ (hash >>> 15);
}
