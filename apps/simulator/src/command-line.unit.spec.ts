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
        addresses: new Map(),
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
      'social-posts=http://h:1',
      '--url=social-feed=http://h:2',
      '--dir',
      'd',
    ];
    expect(parseCommandLine(args)).toMatchObject({
      options: {
        speed: 1000,
        concurrency: 8,
        verify: false,
        addresses: new Map([
          ['social-posts', 'http://h:1'],
          ['social-feed', 'http://h:2'],
        ]),
        dataDir: 'd',
      },
    });
  });

  it('puts a case under load', () => {
    expect(parseCommandLine(['movieflix'])).toEqual({
      kind: 'load',
      options: {
        name: 'movieflix',
        rate: 200,
        durationMs: 30_000,
        users: 1000,
        seed: 1,
        concurrency: 32,
        addresses: new Map(),
        giveUpAfterMs: 120_000,
      },
    });
    const args = ['mybank', '--rate', '500', '--duration', '2m', '--users', '9', '--seed', '7'];
    expect(parseCommandLine(args)).toMatchObject({
      options: { name: 'mybank', rate: 500, durationMs: 120_000, users: 9, seed: 7 },
    });
  });

  it('documents every option', () => {
    expect(parseCommandLine(['--help'])).toEqual({ kind: 'help' });
    for (const flag of [
      '--speed',
      '--concurrency',
      '--url',
      '--rate',
      '--duration',
      '--users',
      '--seed',
      '--dir',
      '--no-verify',
      '--verify-patience',
      '--give-up-after',
    ]) {
      expect(HELP).toContain(flag);
    }
  });

  it.each([
    [[], 'Say what to do: replay FOLDER, movieflix or mybank; see --help.'],
    [['play'], "There is no command 'play': the commands are replay, movieflix and mybank; see --help."],
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
      "--url must name a service and its address, such as social-posts=http://127.0.0.1:3001, not 'localhost'; see --help.",
    ],
    [['replay', 'a', '--rate', '5'], 'replay takes no --rate; see --help.'],
    [['mybank', '--speed', 'max'], 'mybank takes no --speed; see --help.'],
    [['mybank', 'a'], "mybank takes no folder; 'a' is too much; see --help."],
    [['mybank', '--duration', '0s'], "--duration must be a time such as 30s or 5m, not '0s'; see --help."],
    [['replay', 'a', '--sped', 'max'], "Unknown option '--sped'; see --help."],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});
