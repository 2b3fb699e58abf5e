/**
 * Memory that is used again once nobody uses it any more: what arrives from sockets and what is read from files.
 *
 * Why: a broker moves gigabytes through buffers that live for milliseconds. Left to the garbage collector, these cost more than the
 * bytes themselves: V8 counts them as growth of its heap and collects all of it about every 64 MB (measured: a sixth of the time of a
 * produce load of 1 MB batches, half of it while a reader at the log's end has the newest batches kept in memory).
 *
 * How: a block of memory that was lent counts its users. Each piece of it that somebody holds is one; a piece given on to another
 * holder is retained for it, and each holder releases it once. The last release gives the block back to its pool. Who drops a piece
 * without a release leaves the block to the garbage collector, and nothing is lost but the reuse.
 *
 * Invariant: who does not hold a piece does not look at it. A release too many would let two use the same memory.
 */
interface Loan {
  users: number;
  readonly giveBack: () => void;
}

/** By the block that pieces are views of. */
const loans = new WeakMap<ArrayBufferLike, Loan>();

/** Lends a block to one first user. */
export function lend(block: Buffer, giveBack: () => void): void {
  loans.set(block.buffer, { users: 1, giveBack });
}

/** Whether the piece is of a lent block, so that retaining and releasing it means something. */
export function isLent(piece: Buffer): boolean {
  return loans.has(piece.buffer);
}

/** Adds a user of the piece's block. Does nothing for memory that was not lent. */
export function retain(piece: Buffer): void {
  const loan = loans.get(piece.buffer);
  if (loan) loan.users++;
}

/** Takes a user of the piece's block away. Does nothing for memory that was not lent, or has gone back. */
export function release(piece: Buffer): void {
  const loan = loans.get(piece.buffer);
  if (!loan || --loan.users > 0) return;
  loans.delete(piece.buffer);
  loan.giveBack();
}
