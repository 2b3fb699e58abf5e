import { describe, expect, it } from '@jest/globals';
import type { Decider } from '@headwater/event-sourcing';
import { specifyDecider } from './index.ts';

type Event = { readonly type: 'Opened'; readonly data: null } | { readonly type: 'Moved'; readonly data: number };
type State = { readonly balance: number } | undefined;

class NotEnough extends Error {
  readonly code = 'NOT_ENOUGH';
}

const account: Decider<State, number, Event> = {
  initialState: () => undefined,
  decide(amount, state) {
    if (!state) throw new Error('there is no account');
    if (state.balance + amount < 0) throw new NotEnough(`${state.balance} is too little`);
    return amount === 0 ? [] : [{ type: 'Moved', data: amount }];
  },
  evolve: (state, event) => ({ balance: event.type === 'Moved' ? (state?.balance ?? 0) + event.data : 0 }),
};

const opened: Event = { type: 'Opened', data: null };
const moved = (data: number): Event => ({ type: 'Moved', data });
const specification = specifyDecider(account);

describe('the specification of a decider', () => {
  it('holds for what the decider decides', () => {
    specification.given(opened).when(5).thenEvents(moved(5));
    specification.given(opened, moved(5)).when(-5).thenState({ balance: 0 });
    specification.given(opened).when(0).thenNothing();
    specification.given().when(5).thenRefused('no account');
    specification.given(opened).when(-1).thenRefused(NotEnough);
    specification
      .given(opened)
      .when(-1)
      .thenRefused(/^0 is too little$/);
    specification.given(opened).when(-1).thenRefused({ code: 'NOT_ENOUGH' });
  });

  it('fails for what it does not, showing both', () => {
    expect(() => specification.given(opened).when(5).thenEvents(moved(6))).toThrow(/5[\s\S]*6/);
    expect(() => specification.given(opened).when(5).thenNothing()).toThrow('strictly deep-equal');
    expect(() => specification.given(opened, moved(1)).when(5).thenState({ balance: 5 })).toThrow(/6[\s\S]*5/);
    expect(() => specification.given(opened).when(5).thenRefused('no account')).toThrow('but it was decided');
    expect(() => specification.given().when(5).thenRefused(NotEnough)).toThrow('not with NotEnough');
    expect(() => specification.given().when(5).thenRefused('too little')).toThrow('refused with "there is no account"');
    expect(() => specification.given(opened).when(-1).thenRefused({ code: 'OTHER' })).toThrow("the refusal's code");
  });

  it('fails a decider that changes its state', () => {
    const impure: Decider<{ count: number }, number, Event> = {
      initialState: () => ({ count: 0 }),
      decide(_, state) {
        state.count += 1;
        return [];
      },
      evolve: (state) => state,
    };
    expect(() => specifyDecider(impure).given().when(1).thenNothing()).toThrow('it must be pure');
  });
});
