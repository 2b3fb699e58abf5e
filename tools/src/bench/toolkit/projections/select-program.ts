/** Reads all events with one SELECT and does nothing with them. */
import pg from 'pg';
import { finish, readOptions } from '../../load/programs.ts';
import type { EventsWork, SelectFigures } from './work.ts';

const columns = 'global_position, xid, stream_id, version, event_id, type, schema_version, data, metadata, created_at';

const work = readOptions() as EventsWork;
const client = new pg.Client({ connectionString: work.databaseUrl });
await client.connect();
const startedMs = performance.now();
let rows = 0;
const read = Promise.withResolvers<undefined>();
// By rows, so that they are not all in memory.
const query = client.query(new pg.Query(`SELECT ${columns} FROM events`));
query.on('row', () => (rows += 1));
query.on('end', () => read.resolve(undefined));
query.on('error', (error) => read.reject(error));
await read.promise;
const seconds = (performance.now() - startedMs) / 1000;
if (rows !== work.events) throw new Error(`${rows} events were read, ${work.events} are there`);
await client.end();
finish({ seconds } satisfies SelectFigures);
