import type { Decider } from '@headwater/event-sourcing';

export type AccountEvent =
  | { readonly type: 'Deposited'; readonly data: { readonly amount: number } }
  | { readonly type: 'Withdrawn'; readonly data: { readonly amount: number } };

export type AccountCommand = { readonly deposit: number } | { readonly withdraw: number };

/** An account that is never overdrawn. */
export const account: Decider<{ readonly balance: number }, AccountCommand, AccountEvent> = {
  initialState: () => ({ balance: 0 }),
  decide(command, { balance }) {
    if ('deposit' in command) return [{ type: 'Deposited', data: { amount: command.deposit } }];
    if (command.withdraw > balance) throw new Error(`${command.withdraw} is more than the balance of ${balance}`);
    return [{ type: 'Withdrawn', data: { amount: command.withdraw } }];
  },
  evolve: ({ balance }, { type, data }) => ({ balance: balance + (type === 'Deposited' ? data.amount : -data.amount) }),
};
