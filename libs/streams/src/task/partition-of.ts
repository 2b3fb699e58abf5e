/** Where a key lies, as Java's client places it: murmur2 of the key's bytes, so that topics written by either are co-partitioned. */

const multiplier = 0x5bd1e995;
const seed = 0x9747b28c;

export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

function murmur2(data: Buffer): number {
  const { length } = data;
  let hash = seed ^ length;
  const words = length & ~3;
  for (let at = 0; at < words; at += 4) {
    let word = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = length & 3;
  if (rest === 3) hash ^= data[words + 2]! << 16;
  if (rest >= 2) hash ^= data[words + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ data[words]!, multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}
