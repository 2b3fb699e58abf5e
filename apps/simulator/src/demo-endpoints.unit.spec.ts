import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findDemo } from './demo-endpoints.ts';

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
    await write('{"social-posts":"http://h:1/","social-feed":"http://h:2"}');
    const found = await findDemo({ from: [join(folder, 'a', 'b')], needsFeed: true });
    expect(found).toEqual({ postsUrl: 'http://h:1', feedUrl: 'http://h:2' });
  });

  it('are taken from the flags first', async () => {
    await write('{"social-posts":"http://h:1","social-feed":"http://h:2"}');
    const found = await findDemo({ from: [folder], needsFeed: true, postsUrl: 'http://x:1' });
    expect(found).toEqual({ postsUrl: 'http://x:1', feedUrl: 'http://h:2' });
    expect(await findDemo({ from: [], needsFeed: false, postsUrl: 'http://x:1' })).toMatchObject({
      postsUrl: 'http://x:1',
    });
  });

  it('are read from the data folder that is given', async () => {
    await write('{"social-posts":"http://h:1","social-feed":"http://h:2"}');
    const found = await findDemo({ from: [], dataDir: join(folder, '.headwater'), needsFeed: true });
    expect(found.feedUrl).toBe('http://h:2');
  });

  it('are missed in one line that says what to do', async () => {
    await expect(findDemo({ from: [], dataDir: folder, needsFeed: true })).rejects.toThrow(
      'The demo does not run: start it with `npm start` in another terminal, or give --url and --feed-url.',
    );
    await write('{"social-posts":');
    await expect(findDemo({ from: [folder], needsFeed: true })).rejects.toThrow(
      /endpoints\.json is no JSON: stop the demo/,
    );
  });
});
