import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from '@jest/globals';
import { CombinedLog } from './combined-log.ts';

it('tells what all parts say, for people, each line with the name of its part in a color of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-combined-'));
  const file = join(folder, 'logs', 'all.log');
  const log = new CombinedLog(file);
  log.line(
    'social-feed',
    '{"level":"warn","time":"2026-11-21T22:54:13.752Z","service":"social-feed","context":"Lanes","msg":"a key waits"}',
  );
  log.line('postgres', 'LOG:  checkpoint complete');
  log.line('social-feed', '{"broken');
  log.close();
  await once(log.stream, 'close');
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  expect(stripVTControlCharacters(text).split('\n')).toEqual([
    'social-feed                22:54:13.752 warn  Lanes: a key waits',
    'postgres                   LOG:  checkpoint complete',
    'social-feed                {"broken',
    '',
  ]);
  // eslint-disable-next-line no-control-regex -- colors begin with one
  const colors = [...text.matchAll(/^(\u001B\[\d+m)/gm)].map(([color]) => color);
  expect(colors).toHaveLength(3);
  expect(colors[0]).toBe(colors[2]);
  expect(colors[0]).not.toBe(colors[1]);
});
