/** What is generated compiles, and its own tests hold: in a workspace of its own, on the packages of this one. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { houseRoot, WorkspaceUnderTest } from '../../fixtures/workspace-under-test.ts';
import { aggregateGenerator, serviceGenerator } from './index.ts';

let workspace: WorkspaceUnderTest;

beforeAll(async () => {
  workspace = new WorkspaceUnderTest();
  rmSync(path.join(workspace.root, 'libs/contracts'), { recursive: true });
  const files = ['package.json', 'tsconfig.json', 'src/index.ts'].map((file) => `libs/contracts/${file}`);
  for (const file of [...files, 'tsconfig.base.json', 'jest.config.js', 'jest.sequencer.js'])
    cpSync(path.join(houseRoot, file), path.join(workspace.root, file));
  workspace.write('package.json', '{ "name": "platform", "private": true, "type": "module" }\n');
  linkPackages(workspace.root);
  await workspace.run((tree) =>
    serviceGenerator(tree, {
      name: 'shop-orders',
      owns: 'order_placed(customerId:id pieces:int total:amount gift:boolean),order_paid,order_cancelled(reason:text)',
      subscribes: 'posts',
      rest: true,
      projection: true,
      streams: true,
    }),
  );
  const bills = { name: 'bill', events: 'bill_issued(total:amount),bill_paid,bill_closed', model: 'tables' } as const;
  await workspace.run((tree) => aggregateGenerator(tree, { ...bills, service: 'shop-orders', rest: true }));
  const parkedKeys = readFileSync(path.join(houseRoot, 'libs/nx/fixtures/parked-keys.int.spec.ts.template'), 'utf8');
  workspace.write('apps/shop-orders/src/posts/parked-keys.int.spec.ts', parkedKeys);
}, 120_000);

afterAll(() => workspace[Symbol.dispose]());

/** The installed packages, and the workspace's own contracts among them. */
function linkPackages(root: string): void {
  rmSync(path.join(root, 'node_modules'));
  const scope = 'node_modules/@headwater';
  mkdirSync(path.join(root, scope), { recursive: true });
  for (const folder of ['node_modules', scope])
    for (const name of readdirSync(path.join(houseRoot, folder)))
      if (name !== '@headwater' && name !== 'contracts')
        symlinkSync(path.join(houseRoot, folder, name), path.join(root, folder, name));
  symlinkSync('../../libs/contracts', path.join(root, scope, 'contracts'));
}

function run(...args: string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: workspace.root, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

it('compiles with its tests', () => {
  expect(run('node_modules/@typescript/native/bin/tsc', '-p', 'apps/shop-orders/tsconfig.spec.json')).toEqual({
    status: 0,
    said: '',
  });
}, 120_000);

it('passes its tests, on the real broker and PostgreSQL', () => {
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand'];
  const parts = ['order', 'bill', 'posts', 'posts-per-hour'].map((part) => `apps/shop-orders/src/${part}/`);
  const { status, said } = run(...jest, ...parts);
  expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
  expect(said).toContain('Tests:       15 passed');
}, 300_000);
