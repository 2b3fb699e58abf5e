/**
 * Whether everything is built of the sources as they are: a look at the times of some thousand files, where asking each builder takes
 * most of a second. Plain JavaScript: it runs on any Node >= 20 before anything is installed.
 *
 * A stamp says when the last build began. What is newer has to be built; so is a folder from which something was taken away.
 */
import fs from 'node:fs';
import path from 'node:path';

const stamp = 'dist/built';
const projectFolders = ['apps', 'libs'];
const inputs = ['tools', 'schemas', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.json'];
/** Written by builds and installs, below a project. */
const outputs = new Set(['dist', 'node_modules']);

/** @param root the folder of the workspace */
export function isFresh(root) {
  const builtMs = timeOf(path.join(root, stamp));
  if (builtMs === undefined) return false;
  const isOlder = (file) => (timeOf(file) ?? 0) < builtMs;
  for (const input of inputs) if (!isOlderThroughout(path.join(root, input), isOlder)) return false;
  for (const folder of projectFolders) {
    if (!isOlder(path.join(root, folder))) return false;
    for (const project of fs.readdirSync(path.join(root, folder))) {
      const place = path.join(root, folder, project);
      if (!isOlderThroughout(place, isOlder) || !isBuilt(place)) return false;
    }
  }
  return isBuilt(path.join(root, 'tools'));
}

/** @param beganMs when the build began: a source that was changed meanwhile may not be in it */
export function markFresh(root, beganMs) {
  const file = path.join(root, stamp);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '');
  fs.utimesSync(file, beganMs / 1000, beganMs / 1000);
}

/** A project's own folder changes when it is built, so it is looked at from its first folders on. */
function isOlderThroughout(place, isOlder) {
  const facts = fs.statSync(place, { throwIfNoEntry: false });
  if (!facts?.isDirectory()) return isOlder(place);
  return fs.readdirSync(place, { withFileTypes: true }).every((entry) => {
    if (outputs.has(entry.name)) return true;
    const inside = path.join(place, entry.name);
    return isOlder(inside) && (!entry.isDirectory() || isOlderThroughout(inside, isOlder));
  });
}

const isBuilt = (project) =>
  !fs.existsSync(path.join(project, 'tsconfig.json')) || fs.existsSync(path.join(project, 'dist'));

const timeOf = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
