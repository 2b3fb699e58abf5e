import { describe, expect, it } from '@jest/globals';
import { parseCommandLine } from './command-line.ts';

describe('npm create headwater', () => {
  const parse = (...args: string[]) => parseCommandLine(args, '/home/ann');

  it('makes a workspace named as its folder', () => {
    expect(parse('my-platform')).toEqual({
      kind: 'create',
      options: { name: 'my-platform', folder: '/home/ann/my-platform' },
    });
    expect(parse('../bob/shop', '--packages', 'packages')).toEqual({
      kind: 'create',
      options: { name: 'shop', folder: '/home/bob/shop', packages: '/home/ann/packages' },
    });
  });

  it('helps', () => {
    expect(parse('--help')).toEqual({ kind: 'help' });
    expect(parse('--version')).toEqual({ kind: 'version' });
  });

  it('refuses in a line what cannot name a workspace, and what it does not know', () => {
    for (const name of ['My-Platform', '1st', 'a b', '.hidden', 'x'.repeat(101)])
      expect(() => parse(name)).toThrow(/^'.*' cannot name a workspace: .*\.$/);
    expect(() => parse()).toThrow(/^Give one name for the workspace: .*--help\.$/);
    expect(() => parse('one', 'two')).toThrow(/^Give one name/);
    expect(() => parse('shop', '--fast')).toThrow(/^Unknown option '--fast'; see --help\.$/);
  });
});
