import assert from 'node:assert/strict';
import { serialize } from 'node:v8';
import type { Decider, DomainEvent } from '@headwater/event-sourcing';

/** How a command is refused: the error's class, a part of its message, a pattern, or what it must say in some fields. */
export type Refusal = (new (...args: never[]) => Error) | string | RegExp | Readonly<Record<string, unknown>>;

/** What a decider answers to one command. */
export interface Decision<State, Event extends DomainEvent> {
  /** Exactly these events, in this order. */
  thenEvents(...expected: readonly Event[]): void;
  /** The command changes nothing. */
  thenNothing(): void;
  /** The command is refused, and how. */
  thenRefused(refusal: Refusal): void;
  /** The state after what was decided. */
  thenState(expected: State): void;
}

export interface DeciderSpecification<State, Command, Event extends DomainEvent> {
  /** What has happened before. */
  given(...history: readonly Event[]): { when(command: Command): Decision<State, Event> };
}

/**
 * Checks a decider by its history, a command, and what follows:
 *
 *     specifyDecider(postDecider).given(published).when(remove).thenEvents(deleted);
 */
export function specifyDecider<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
): DeciderSpecification<State, Command, Event> {
  return {
    given: (...history) => ({
      when: (command) => {
        const before = stateOf(decider, decider.initialState(), history);
        return decisionOf(decider, before, command);
      },
    }),
  };
}

function stateOf<State, Event extends DomainEvent>(
  { evolve }: Pick<Decider<State, never, Event>, 'evolve'>,
  from: State,
  events: readonly Event[],
): State {
  return events.reduce((state, happened) => evolve(state, happened), from);
}

function decisionOf<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  before: State,
  command: Command,
): Decision<State, Event> {
  const decided = (): readonly Event[] => {
    const kept = serialize({ before, command });
    const events = decider.decide(command, before);
    assert.ok(serialize({ before, command }).equals(kept), 'decide changed its state or command: it must be pure');
    return events;
  };
  return {
    thenEvents: (...expected) => assert.deepEqual(decided(), expected),
    thenNothing: () => assert.deepEqual(decided(), []),
    thenState: (expected) => assert.deepEqual(stateOf(decider, before, decided()), expected),
    thenRefused: (refusal) => assertRefused(decided, refusal),
  };
}

function assertRefused(decided: () => readonly DomainEvent[], refusal: Refusal): void {
  let events: readonly DomainEvent[];
  try {
    events = decided();
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assertMatches(error, refusal);
    return;
  }
  assert.fail(`the command was to be refused, but it was decided: ${JSON.stringify(events)}`);
}

function assertMatches(error: unknown, refusal: Refusal): void {
  const text = Error.isError(error) ? error.message : String(error);
  if (typeof refusal === 'string') assert.ok(text.includes(refusal), `refused with "${text}", not with "${refusal}"`);
  else if (refusal instanceof RegExp) assert.match(text, refusal);
  else if (typeof refusal === 'function')
    assert.ok(error instanceof refusal, `refused with ${String(error)}, not with ${refusal.name}`);
  else
    for (const [field, expected] of Object.entries(refusal))
      assert.deepEqual((error as Record<string, unknown>)[field], expected, `the refusal's ${field}`);
}
