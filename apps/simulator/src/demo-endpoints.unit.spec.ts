import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findDemo } from './demo-endpoints.ts';

const SERVICES = ['social-posts', 'social-feed'];
const NONE = new Map<string, string>();

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'));
  await mkdir(join(folder, '.headwater'));
  await mkdir(join(folder, 'a', 'b'), { recursive: true });
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const write = (text: string): Promise<void> => writeFile(join(folder, '.headwater', 'endpoints.json'), text);

describe('the addresses of the demo', () => {
  it('are found from a folder upwards', async () => {
    await write('{"social-posts":"http://h:1/","social-feed":"http://h:2","console":"http://h:3"}');
    const found = await findDemo({ services: SERVICES, given: NONE, from: [join(folder, 'a', 'b')] });
    expect([...found]).toEqual([
      ['social-posts', 'http://h:1'],
      ['social-feed', 'http://h:2'],
    ]);
  });

  it('are taken from the flags first', async () => {
    await write('{"social-posts":"http://h:1","social-feed":"http://h:2"}');
    const given = new Map([['social-posts', 'http://x:1']]);
    const found = await findDemo({ services: SERVICES, given, from: [folder] });
    expect([...found.values()]).toEqual(['http://x:1', 'http://h:2']);
    expect((await findDemo({ services: ['social-posts'], given, from: [] })).size).toBe(1);
  });

  it('are read from the data folder that is given', async () => {
    await write('{"social-posts":"http://h:1","social-feed":"http://h:2"}');
    const dataDir = join(folder, '.headwater');
    const found = await findDemo({ services: SERVICES, given: NONE, from: [], dataDir });
    expect(found.get('social-feed')).toBe('http://h:2');
  });

  it('are missed in one line that says what to do', async () => {
    await expect(findDemo({ services: SERVICES, given: NONE, from: [], dataDir: folder })).rejects.toThrow(
      'The demo does not run: start it with `npm start` in another terminal, or give --url social-posts=URL.',
    );
    await write('{"social-posts":"http://h:1"}');
    await expect(findDemo({ services: SERVICES, given: NONE, from: [folder] })).rejects.toThrow(
      'The demo that runs has no social-feed: start it anew with `npm start`, or give --url social-feed=URL.',
    );
    await write('{"social-posts":');
    await expect(findDemo({ services: SERVICES, given: NONE, from: [folder] })).rejects.toThrow(
      /endpoints\.json is no JSON: stop the demo/,
    );
  });
});
