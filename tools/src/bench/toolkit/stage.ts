/** What the toolkit's programs work on: PostgreSQL and the broker with its registry, as processes of their own that sync to disk. */
import { join } from 'node:path';
import { type RunningPostgres, startPostgres } from '@headwater/testkit/postgres';
import { addressOf, brokerArguments, removeFolder, startServer, temporaryFolder } from '../load/child.ts';

export interface Stage extends AsyncDisposable {
  /** For what else a participant keeps on disk. */
  readonly folder: string;
  readonly postgres: RunningPostgres;
  /** `host:port`. */
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  /** The connection string of a new, empty database. */
  newDatabase(): Promise<string>;
  /** A name that this stage has given to nothing else. */
  newName(kind: string): string;
}

/** Starts both; disposing of the stage ends them and removes their data. */
export async function openStage(): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  const folder = temporaryFolder();
  opening.defer(() => removeFolder(folder));
  const postgres = opening.use(await startPostgres({ directory: join(folder, 'postgres') }));
  const server = await startServer(brokerArguments(join(folder, 'broker'), 'fsync'));
  opening.defer(() => server.stop());
  const { host, port } = addressOf(server);
  const opened = opening.move();
  let names = 0;
  const newName = (kind: string): string => `bench_${kind}_${(names += 1)}`;
  return {
    folder,
    postgres,
    bootstrapServers: `${host}:${port}`,
    registryUrl: /\bregistry=(\S+)/.exec(server.readyLine)![1]!,
    newDatabase: () => postgres.createDatabase(newName('database')),
    newName,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
