/**
 * Matches by simulating a non-deterministic automaton: all its states at once, one character after another, so that the time is
 * bounded by the size of the program and the length of the text (Thompson; Pike).
 */
import { isWord } from './character-classes.ts';
import { RegexSyntaxError, type Assertion, type CharacterTest, type RegexNode } from './regex-node.ts';

type Instruction =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  /** Goes on at each of these. */
  | { readonly kind: 'split'; readonly targets: number[] }
  | { readonly kind: 'match' };

/** Counted repetitions are written out; what would be larger is refused. */
const mostInstructions = 50_000;

export interface Program {
  matches(text: string): boolean;
}

export function compileProgram(node: RegexNode): Program {
  const instructions: Instruction[] = [];
  emit(node, instructions);
  push(instructions, { kind: 'match' });
  return { matches: (text) => run(instructions, text) };
}

function push(instructions: Instruction[], instruction: Instruction): number {
  if (instructions.length >= mostInstructions) throw new RegexSyntaxError('expression too large');
  return instructions.push(instruction) - 1;
}

/** Writes a part; it goes on behind its last instruction. */
function emit(node: RegexNode, instructions: Instruction[]): void {
  switch (node.kind) {
    case 'character':
    case 'assertion':
      push(instructions, node);
      break;
    case 'sequence':
      for (const each of node.nodes) emit(each, instructions);
      break;
    case 'choice':
      emitChoice(node.nodes, instructions);
      break;
    case 'repeat':
      emitRepeat(node, instructions);
      break;
  }
}

function emitChoice(nodes: readonly RegexNode[], instructions: Instruction[]): void {
  const starts: number[] = [];
  push(instructions, { kind: 'split', targets: starts });
  const ends = nodes.map((each) => {
    starts.push(instructions.length);
    emit(each, instructions);
    const end: number[] = [];
    push(instructions, { kind: 'split', targets: end });
    return end;
  });
  for (const end of ends) end.push(instructions.length);
}

function emitRepeat({ node, least, most }: RegexNode & { readonly kind: 'repeat' }, instructions: Instruction[]): void {
  for (let count = 0; count < least; count++) emit(node, instructions);
  if (most === Infinity) {
    const exit: number[] = [];
    const loop = push(instructions, { kind: 'split', targets: exit });
    exit.push(instructions.length);
    emit(node, instructions);
    push(instructions, { kind: 'split', targets: [loop] });
    exit.push(instructions.length);
    return;
  }
  const exits: number[][] = [];
  for (let count = least; count < most; count++) {
    const exit = [instructions.length + 1];
    push(instructions, { kind: 'split', targets: exit });
    exits.push(exit);
    emit(node, instructions);
  }
  for (const exit of exits) exit.push(instructions.length);
}

function run(instructions: readonly Instruction[], text: string): boolean {
  const codePoints = Array.from(text, (character) => character.codePointAt(0)!);
  let states = closure(instructions, [0], codePoints, 0);
  for (let at = 0; at < codePoints.length; at++) {
    const next: number[] = [];
    for (const state of states) {
      const instruction = instructions[state]!;
      if (instruction.kind === 'character' && instruction.test(codePoints[at]!)) next.push(state + 1);
    }
    if (next.length === 0) return false;
    states = closure(instructions, next, codePoints, at + 1);
  }
  return states.some((state) => instructions[state]!.kind === 'match');
}

/** All states that are reached from these without reading a character. */
function closure(
  instructions: readonly Instruction[],
  from: readonly number[],
  codePoints: readonly number[],
  at: number,
): number[] {
  const seen = new Set<number>(from);
  const reached: number[] = [];
  const waiting = [...from];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    const instruction = instructions[state]!;
    if (instruction.kind === 'character' || instruction.kind === 'match') {
      reached.push(state);
      continue;
    }
    const holds = instruction.kind === 'split' || asserts(instruction.assertion, codePoints, at);
    const targets = instruction.kind === 'split' ? instruction.targets : [state + 1];
    for (const target of holds ? targets : [])
      if (!seen.has(target)) {
        seen.add(target);
        waiting.push(target);
      }
  }
  return reached;
}

function asserts(assertion: Assertion, codePoints: readonly number[], at: number): boolean {
  switch (assertion) {
    case 'begin':
      return at === 0;
    case 'end':
      return at === codePoints.length;
    case 'wordBoundary':
    case 'noWordBoundary': {
      const isWordBefore = at > 0 && isWord(codePoints[at - 1]!);
      const isWordAfter = at < codePoints.length && isWord(codePoints[at]!);
      return (isWordBefore !== isWordAfter) === (assertion === 'wordBoundary');
    }
  }
}
