/**
 * Writes the answers that leave in one turn, in order and with one system call.
 *
 * Small pieces that follow one another are copied into one: each piece of a write costs more than copying some hundred bytes, and
 * most answers are a few dozen bytes long. What is left in large pieces, the records of fetches, is written as it lies, and its
 * memory given back once it was sent.
 */
import type { Writable } from 'node:stream';
import { release } from '../../storage/index.ts';

const LARGEST_COPIED_BYTES = 2048;

/** Takes `pieces` over: each is released once it is not looked at any more. */
export function writeAnswers(socket: Writable, pieces: readonly Buffer[]): void {
  const joined = joinSmall(pieces);
  const last = joined.pop();
  if (last === undefined) return;
  if (joined.length === 0) {
    socket.write(last, releaseWhenSent([last]));
    return;
  }
  socket.cork();
  for (const piece of joined) socket.write(piece);
  socket.write(last, releaseWhenSent([...joined, last]));
  socket.uncork();
}

/** The same bytes, in which no two small pieces stand side by side. */
function joinSmall(pieces: readonly Buffer[]): Buffer[] {
  const joined: Buffer[] = [];
  for (let from = 0; from < pieces.length;) {
    let to = from;
    let sizeBytes = 0;
    while (to < pieces.length && pieces[to]!.length <= LARGEST_COPIED_BYTES) sizeBytes += pieces[to++]!.length;
    if (to - from < 2) {
      joined.push(pieces[from++]!);
      continue;
    }
    const copy = Buffer.allocUnsafe(sizeBytes);
    for (let at = 0; from < to; from++) {
      at += pieces[from]!.copy(copy, at);
      release(pieces[from]!);
    }
    joined.push(copy);
  }
  return joined;
}

/** What did not leave before the connection ended goes to the garbage collector. */
function releaseWhenSent(pieces: readonly Buffer[]): (error?: Error | null) => void {
  return (error) => {
    if (!error) for (const piece of pieces) release(piece);
  };
}
