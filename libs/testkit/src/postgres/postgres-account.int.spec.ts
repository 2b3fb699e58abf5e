import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeUnless } from '../absence/index.ts';
import { chooseAccount } from './postgres-account.ts';

const isRoot = process.getuid?.() === 0;
const absence =
  isRoot && spawnSync('setpriv', ['--version']).status === 0 ? undefined : 'only root with setpriv has to';

describeUnless(absence, 'root, whose programs lie in a folder that no one else can enter', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'headwater-closed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('runs them as an account that finds them there', async () => {
    const program = path.join(folder, 'program');
    writeFileSync(program, '');
    chmodSync(program, 0o755);
    const account = chooseAccount(path.join(tmpdir(), 'no-such-data'), folder);
    const look = `process.exitCode = process.getuid() === 0 ? 2 : 0; fs.accessSync(${JSON.stringify(program)}, fs.constants.X_OK)`;
    const child = account.spawn(process.execPath, ['-e', look], {});
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});
