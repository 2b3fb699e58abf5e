import { EventStore, eventStoreMigrations, handleCommand, type Decider } from '@headwater/event-sourcing';
import { startPostgres } from '@headwater/testkit';
import { DataSource } from 'typeorm';

type Event = { type: 'Deposited'; data: { amount: number } } | { type: 'Withdrawn'; data: { amount: number } };
type Command = { deposit: number } | { withdraw: number };

const account: Decider<{ balance: number }, Command, Event> = {
  initialState: () => ({ balance: 0 }),
  decide(command, { balance }) {
    if ('deposit' in command) return [{ type: 'Deposited', data: { amount: command.deposit } }];
    if (command.withdraw > balance) throw new Error(`${command.withdraw} is more than the balance of ${balance}`);
    return [{ type: 'Withdrawn', data: { amount: command.withdraw } }];
  },
  evolve: ({ balance }, { type, data }) => ({ balance: balance + (type === 'Deposited' ? data.amount : -data.amount) }),
};

await using postgres = await startPostgres(); // a real one, from npm
const dataSource = new DataSource({ type: 'postgres', url: postgres.url, migrations: [...eventStoreMigrations] });
await dataSource.initialize();
await dataSource.runMigrations();

const store = new EventStore(dataSource);
const handle = (command: Command) => handleCommand(store, { decider: account, streamId: 'account-1', command });
await handle({ deposit: 100 });
const { state, version } = await handle({ withdraw: 30 });
console.log(`version ${version}, balance ${state.balance}`);
try {
  await handle({ withdraw: 100 });
} catch (error) {
  console.log((error as Error).message);
}
await dataSource.destroy();
