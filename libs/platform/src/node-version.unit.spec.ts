import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { complaintAbout } from './node-version.ts';

it('names a Node that is too old, as package.json says', () => {
  const manifest = path.resolve(import.meta.dirname, '../package.json');
  const { engines } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly engines: { readonly node: string } };
  for (const old of ['20.20.2', '24.8.0']) expect(complaintAbout(old)).toContain(`this is ${old}`);
  expect(complaintAbout('20.20.2')).toContain(`needs Node ${engines.node.replace('>=', '')} or newer`);
  for (const good of ['24.9.0', '24.21.0', '25.0.0']) expect(complaintAbout(good)).toBeUndefined();
});
