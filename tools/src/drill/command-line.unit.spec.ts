import { describe, expect, it } from '@jest/globals';
import { commandOf, parseCommandLine, UsageError } from './command-line.ts';
import { drills } from './drills.ts';

const parse = (...args: string[]) => parseCommandLine(args, drills, 42);

describe('the command line of the drills', () => {
  it('takes the standard numbers and a new seed when nothing else is said', () => {
    expect(parse('broker-crash')).toMatchObject({ kind: 'drill', drill: { name: 'broker-crash' }, seed: 42 });
    expect(parse('broker-crash')).toMatchObject({ numbers: { cycles: 50 } });
  });

  it('takes numbers and a seed', () => {
    expect(parse('broker-fuzz', '--frames', '1000', '--seed', '7')).toMatchObject({
      numbers: { frames: 1000 },
      seed: 7,
    });
  });

  it('says how a run is repeated', () => {
    const command = parse('broker-crash', '--cycles', '500', '--seed', '7');
    if (command.kind !== 'drill') throw new Error('Not a drill');
    expect(commandOf(command.drill, command.numbers, command.seed)).toBe(
      'npm run drill -- broker-crash --cycles 500 --seed 7',
    );
  });

  it('shows help of all and of each', () => {
    for (const help of [parse(), parse('--help')])
      expect(help).toMatchObject({ kind: 'help', text: expect.stringContaining('broker-disk') });
    for (const drill of drills) {
      const help = parse(drill.name, '--help');
      expect(help).toMatchObject({ kind: 'help', text: expect.stringContaining('--seed N') });
      expect(help).toMatchObject({ text: expect.stringContaining(drill.details) });
    }
  });

  it.each([
    [['dance'], "There is no drill 'dance'"],
    [['broker-crash', '--frames', '3'], "Unknown option '--frames'"],
    [['broker-crash', '--cycles', 'many'], "--cycles must be a number, not 'many'."],
    [['broker-crash', '--seed', '1.5'], '--seed must be a whole number'],
    [['broker-crash', 'twice'], "Unexpected argument 'twice'"],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(message);
    expect(() => parse(...args)).not.toThrow('\n');
  });
});
