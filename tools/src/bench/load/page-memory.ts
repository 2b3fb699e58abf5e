/**
 * Memory for the page cache, had from the host before a round begins.
 *
 * A virtual machine may give memory that it does not use back to its host (free page reporting does so after two seconds), and
 * gets it again page by page: files then grow at some 400 MB/s where they grow at 2,800 MB/s in memory that was used just before.
 * A round of large batches fills more than a gigabyte. Without this its figure says how much the round before, of the other
 * program, had left behind.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from './child.ts';
import type { Span } from './programs.ts';

/** More than any program here writes. */
const bytesPerMs = 700_000;
const pieceBytes = 1024 * 1024;

/** Fills as many pages as a round of this length may, and frees them at once, before they reach the disk. */
export function takePageMemory({ warmUpMs, measuredMs }: Span): void {
  const folder = temporaryFolder();
  const file = fs.openSync(join(folder, 'pages'), 'w');
  const piece = Buffer.alloc(pieceBytes, 'p');
  try {
    const wantedBytes = (warmUpMs + measuredMs) * bytesPerMs;
    for (let filled = 0; filled < wantedBytes; filled += pieceBytes) fs.writeSync(file, piece);
  } finally {
    fs.closeSync(file);
    removeFolder(folder);
  }
}
