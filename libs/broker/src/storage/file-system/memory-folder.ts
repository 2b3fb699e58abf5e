/**
 * A folder of the real disk as nodes of the in-memory one, and back: a drill lets a broker lose its power and start again in
 * another process.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { MemoryDirectory, MemoryFile } from './memory-nodes.ts';

/** The folder with all in it, durable. A folder that is missing is an empty one. */
export function readFolder(path: string): MemoryDirectory {
  const folder = new MemoryDirectory();
  if (!fs.existsSync(path)) return folder;
  for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
    const entryPath = join(path, entry.name);
    if (entry.isDirectory()) folder.set(entry.name, readFolder(entryPath));
    else {
      const file = new MemoryFile();
      file.write(fs.readFileSync(entryPath), 0);
      file.sync();
      folder.set(entry.name, file);
    }
  }
  folder.sync();
  return folder;
}

/** Writes the folder beside its place, then puts it there: an interrupted call leaves the folder whole, or none. */
export function replaceFolder(folder: MemoryDirectory, path: string): void {
  const draft = `${path}.draft`;
  fs.rmSync(draft, { recursive: true, force: true });
  writeFolder(folder, draft);
  fs.rmSync(path, { recursive: true, force: true });
  fs.renameSync(draft, path);
}

function writeFolder(folder: MemoryDirectory, path: string): void {
  fs.mkdirSync(path, { recursive: true });
  for (const [name, node] of folder.entries()) {
    if (node instanceof MemoryFile) fs.writeFileSync(join(path, name), node.view());
    else writeFolder(node, join(path, name));
  }
}
