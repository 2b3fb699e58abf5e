import { type DomainEvent } from '../event-store/index.ts';

/**
 * An aggregate as three pure functions (Jérémie Chassaing, "Functional Event Sourcing Decider"). No clock, no randomness,
 * no I/O: a command carries what it needs to know.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  /** The state before the first event. */
  initialState(): State;
  /** What follows from a command; no event when there is nothing to do. Throws when the command is not allowed. */
  decide(command: Command, state: State): readonly Event[];
  /** The state after an event. Never throws: the event has happened. */
  evolve(state: State, event: Event): State;
}
