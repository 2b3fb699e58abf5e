import { describe, expect, it } from '@jest/globals';
import { isWanted, readArguments } from './command-line.ts';

const known = ['broker', 'kafka'];

describe('the command line of the benches', () => {
  it('runs everything when nothing is named', () => {
    expect(readArguments([], known)).toEqual({
      ...{ benches: [], rows: [], json: undefined, quick: false, profile: true, docs: true },
    });
  });

  it('tells benches from the rows of one of them', () => {
    expect(readArguments(['kafka', 'produce', 'fetch/1MB', '--quick', '--profile'], known)).toMatchObject({
      ...{ benches: ['kafka'], rows: ['produce', 'fetch/1MB'], quick: true, profile: true },
    });
  });

  it('leaves the documents as they are when it is quick, or told to', () => {
    expect(readArguments(['--quick'], known)).toMatchObject({ docs: false });
    expect(readArguments(['--no-docs'], known)).toMatchObject({ docs: false, quick: false });
  });

  it('profiles what is behind in full runs, or as it is told', () => {
    expect(readArguments(['--quick'], known)).toMatchObject({ profile: false });
    expect(readArguments(['--no-profile'], known)).toMatchObject({ profile: false, quick: false });
  });

  it('refuses rows without a bench, and unknown options', () => {
    expect(readArguments(['produce'], known)).toMatchObject({ exitCode: 2 });
    expect(readArguments(['broker', 'kafka', 'produce'], known)).toMatchObject({ exitCode: 2 });
    expect(readArguments(['--fast'], known)).toMatchObject({ exitCode: 2 });
  });

  it('helps when it is asked to', () => {
    expect(readArguments(['--help'], known)).toMatchObject({ exitCode: 0, help: expect.stringContaining('--quick') });
  });

  it('chooses rows by the beginning of their names, with or without the bench', () => {
    expect(isWanted('kafka/produce/16KB', 'kafka', ['produce'])).toBe(true);
    expect(isWanted('kafka/produce/16KB', 'kafka', ['kafka/produce/16'])).toBe(true);
    expect(isWanted('kafka/fetch/16KB', 'kafka', ['produce'])).toBe(false);
    expect(isWanted('kafka/fetch/16KB', 'kafka', [])).toBe(true);
  });
});
