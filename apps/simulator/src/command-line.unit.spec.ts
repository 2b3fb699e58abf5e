import { describe, expect, it } from '@jest/globals';
import { LOAD_NAMES } from './load/load-names.ts';
import { PROFILES } from './load/profiles.ts';
import { HELP, parseCommandLine } from './command-line.ts';

const commands = `replay, ${LOAD_NAMES.join(', ')} and demo`;

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
        verify: true,
        verifyPatienceMs: 60_000,
        profile: 'steady',
        faults: { duplicate: 0, late: 0, malformed: 0, lateByMs: 600_000 },
      },
    });
    const args = ['mybank', '--rate', '500', '--duration', '2m', '--users', '9', '--seed', '7'];
    expect(parseCommandLine(args)).toMatchObject({
      options: { name: 'mybank', rate: 500, durationMs: 120_000, users: 9, seed: 7 },
    });
  });

  it('takes a profile, and faults as shares of the requests', () => {
    const args = ['mybank', '--profile', 'bursts', '--duplicate', '1%', '--late=2%:30s', '--malformed', '0.5'];
    expect(parseCommandLine(args)).toMatchObject({
      options: {
        profile: 'bursts',
        faults: { duplicate: 0.01, late: 0.02, lateByMs: 30_000, malformed: 0.005 },
      },
    });
  });

  it('tells of every case, every profile and what it does', () => {
    for (const name of LOAD_NAMES) expect(HELP).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    for (const [name, { about }] of Object.entries(PROFILES)) expect(HELP).toContain(`${name.padEnd(24)}${about}`);
  });

  it('keeps every case alive, gently, with people of its own', () => {
    expect(parseCommandLine(['demo'])).toMatchObject({ kind: 'demo', options: { rate: 5, users: 60, seed: 77 } });
    expect(parseCommandLine(['demo', '--rate', '0', '--url', 'social-posts=http://h:1'])).toMatchObject({
      options: { rate: 0, addresses: new Map([['social-posts', 'http://h:1']]) },
    });
    expect(() => parseCommandLine(['demo', '--duration', '5m'])).toThrow('demo takes no --duration; see --help.');
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
      '--profile',
      '--duplicate',
      '--late',
      '--malformed',
    ]) {
      expect(HELP).toContain(flag);
    }
  });

  it.each([
    [[], `Say what to do; the commands are ${commands}; see --help.`],
    [['play'], `There is no command 'play': the commands are ${commands}; see --help.`],
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
    [['mybank', '--late', '1%:soon'], "--late must be a time such as 30s or 5m, not 'soon'; see --help."],
    [
      ['mybank', '--duplicate', '101%'],
      "--duplicate must be a share from 0% to 100%, such as 1% or 0.5%, not '101%'; see --help.",
    ],
    [['mybank', '--profile', 'calm'], `--profile must be ${Object.keys(PROFILES).join(', ')}, not 'calm'; see --help.`],
    [['replay', 'a', '--duplicate', '1%'], 'replay takes no --duplicate; see --help.'],
    [['replay', 'a', '--sped', 'max'], "Unknown option '--sped'; see --help."],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});
