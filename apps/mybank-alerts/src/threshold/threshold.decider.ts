/**
 * A threshold of a user on an account: from when on which amount is in force. Its history only ever grows at its end, so that what
 * was in force at a moment stays the answer for ever.
 */
import { type Decider, type DomainEvent } from '@headwater/event-sourcing';
import { Problem } from '@headwater/service-kit';

/** `amount` has two decimals; moments are ISO 8601, UTC. */
export interface ThresholdContent {
  readonly userId: string;
  readonly accountId: string;
  readonly amount: string;
  readonly currency: string;
}

export type ThresholdEvent =
  | DomainEvent<'ThresholdEnabled', ThresholdContent & { readonly inForceFrom: string }>
  | DomainEvent<'ThresholdChanged', ThresholdContent & { readonly inForceFrom: string }>
  | DomainEvent<
      'ThresholdDisabled',
      { readonly userId: string; readonly accountId: string; readonly inForceUntil: string }
    >;

export type ThresholdState =
  | { readonly status: 'unknown' }
  | { readonly status: 'inForce'; readonly amount: string; readonly currency: string; readonly since: string }
  | { readonly status: 'disabled'; readonly since: string };

export type ThresholdCommand =
  | { readonly type: 'set'; readonly content: ThresholdContent; readonly at: string }
  | { readonly type: 'disable'; readonly userId: string; readonly accountId: string; readonly at: string };

/** The stream of a threshold. Neither id has a slash. */
export const thresholdStream = (userId: string, accountId: string): string => `threshold-${userId}/${accountId}`;

export const thresholdDecider: Decider<ThresholdState, ThresholdCommand, ThresholdEvent> = {
  initialState: () => ({ status: 'unknown' }),

  decide(command, state) {
    switch (command.type) {
      case 'set': {
        const { content, at } = command;
        if (state.status === 'inForce' && state.amount === content.amount && state.currency === content.currency)
          return [];
        assertAfter(state, at);
        const type = state.status === 'inForce' ? 'ThresholdChanged' : 'ThresholdEnabled';
        return [{ type, data: { ...content, inForceFrom: at } }];
      }
      case 'disable': {
        const { userId, accountId, at } = command;
        if (state.status === 'unknown') throw thresholdUnknown(userId, accountId);
        // Disabling twice is what a client does that got no answer.
        if (state.status === 'disabled') return [];
        assertAfter(state, at);
        return [{ type: 'ThresholdDisabled', data: { userId, accountId, inForceUntil: at } }];
      }
    }
  },

  evolve(_state, { type, data }) {
    switch (type) {
      case 'ThresholdEnabled':
      case 'ThresholdChanged':
        return { status: 'inForce', amount: data.amount, currency: data.currency, since: data.inForceFrom };
      case 'ThresholdDisabled':
        return { status: 'disabled', since: data.inForceUntil };
    }
  },
};

function assertAfter(state: ThresholdState, at: string): void {
  if (state.status === 'unknown' || at >= state.since) return;
  throw Problem.conflict(
    'threshold-changed-later',
    `The threshold has changed at ${state.since}, which is after ${at}: what was in force before stays as it was. ` +
      'Leave occurredAt out, or give a later one.',
  );
}

export function thresholdUnknown(userId: string, accountId: string): Problem {
  return Problem.notFound('threshold-unknown', `User ${userId} has no threshold on account ${accountId}.`);
}
