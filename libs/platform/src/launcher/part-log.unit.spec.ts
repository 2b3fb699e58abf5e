import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PartLog } from './part-log.ts';

let folder: string;
let shown: string[];
let log: PartLog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'part-log-'));
  shown = [];
  log = new PartLog('feed', join(folder, 'logs', 'feed.log'), (part, level, message) =>
    shown.push(`${part} ${level} ${message}`),
  );
});

afterEach(async () => {
  log.close();
  await rm(folder, { recursive: true });
});

const json = (level: string, message: string): string => JSON.stringify({ level, msg: message });

describe("a part's log", () => {
  it('keeps every line in the file', async () => {
    log.line(json('debug', 'detail'), 'stdout');
    log.line('plain', 'stderr');
    log.close();
    await once(log.stream, 'close');
    expect(await readFile(log.file, 'utf8')).toBe(`${json('debug', 'detail')}\nplain\n`);
  });

  it('shows warnings and errors only, on one line', () => {
    log.started();
    log.line(json('info', 'hello'), 'stdout');
    log.line('ready feed=http://h:1', 'stdout');
    log.line(json('warn', 'careful\n  twice'), 'stdout');
    log.line(json('fatal', 'broken'), 'stdout');
    log.line('Segmentation fault', 'stderr');
    expect(shown).toEqual(['feed warn careful twice', 'feed error broken', 'feed error Segmentation fault']);
  });

  it('counts what comes after a burst instead of filling the terminal', () => {
    log.started();
    for (let index = 0; index < 100; index += 1) log.line(json('warn', `w${index}`), 'stdout');
    expect(shown).toHaveLength(5);
  });

  it('finds the line that says why a part did not start, and shows no stack meanwhile', () => {
    for (const line of [
      'file:///x/main.js:1',
      '^^^^',
      'SyntaxError: no such export',
      '    at Module.run (x.js:1)',
      'Node.js v24.9.0',
    ]) {
      log.line(line, 'stderr');
    }
    expect(log.complaint()).toBe('SyntaxError: no such export');
    expect(shown).toEqual([]);
  });

  it('prefers the one line that a service gives for a failed start', () => {
    log.line(json('warn', 'waiting'), 'stdout');
    log.line(json('error', 'gave up'), 'stdout');
    log.line('feed cannot start: PORT="x" must be a whole number', 'stderr');
    expect(log.complaint()).toBe('feed cannot start: PORT="x" must be a whole number');
  });
});
