import { describe, expect, it } from '@jest/globals';
import { HELP, parseCommandLine } from './command-line.ts';

describe('the command line', () => {
  it('replays at full speed and verifies by default', () => {
    expect(parseCommandLine(['replay', 'data'])).toEqual({
      kind: 'replay',
      options: {
        folder: 'data',
        speed: 'max',
        concurrency: 32,
        verify: true,
        verifyPatienceMs: 60_000,
        giveUpAfterMs: 120_000,
      },
    });
  });

  it('takes its options', () => {
    const args = [
      'replay',
      'data',
      '--speed',
      '1000x',
      '--concurrency=8',
      '--no-verify',
      '--url',
      'http://h:1',
      '--feed-url',
      'http://h:2',
      '--dir',
      'd',
    ];
    expect(parseCommandLine(args)).toMatchObject({
      options: {
        speed: 1000,
        concurrency: 8,
        verify: false,
        postsUrl: 'http://h:1',
        feedUrl: 'http://h:2',
        dataDir: 'd',
      },
    });
  });

  it('documents every option', () => {
    expect(parseCommandLine(['--help'])).toEqual({ kind: 'help' });
    for (const flag of [
      '--speed',
      '--concurrency',
      '--url',
      '--feed-url',
      '--dir',
      '--no-verify',
      '--verify-patience',
      '--give-up-after',
    ]) {
      expect(HELP).toContain(flag);
    }
  });

  it.each([
    [[], 'Say what to do: replay FOLDER; see --help.'],
    [['play'], "There is no command 'play': the command is replay; see --help."],
    [['replay'], 'replay needs the folder of a recording; see --help.'],
    [['replay', 'a', 'b'], "replay takes one folder; 'b' is too much; see --help."],
    [['replay', 'a', '--speed', 'fast'], "--speed must be max or a factor such as 1000x, not 'fast'; see --help."],
    [['replay', 'a', '--speed', '0x'], "--speed must be max or a factor such as 1000x, not '0x'; see --help."],
    [
      ['replay', 'a', '--concurrency', '0'],
      "--concurrency must be a whole number from 1 to 1024, not '0'; see --help.",
    ],
    [
      ['replay', 'a', '--url', 'localhost'],
      "--url must be an address such as http://127.0.0.1:3001, not 'localhost'; see --help.",
    ],
    [['replay', 'a', '--sped', 'max'], "Unknown option '--sped'; see --help."],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});
