import { type ReplicationStatus } from './replication-options.ts';

/** What operators see of a reader of the log: the metric's name after its owner's, what it says, its value. */
export const replicationGauges: readonly (readonly [
  name: string,
  help: string,
  value: (status: ReplicationStatus) => number,
])[] = [
  ['lag_bytes', 'Log that PostgreSQL has and that is not confirmed', ({ lagBytes }) => lagBytes],
  ['retained_bytes', 'Log that PostgreSQL keeps for the slot', ({ retainedBytes }) => retainedBytes],
  ['confirmed_lsn', 'Place in the log up to which all is confirmed', ({ confirmedLsn }) => Number(confirmedLsn)],
  ['buffered_bytes', 'Changes in memory that wait to be published', ({ bufferedBytes }) => bufferedBytes],
  ['streaming', '1 while it reads from the log', ({ state }) => (state === 'streaming' ? 1 : 0)],
  ['failed', '1 when it has stopped for good', ({ state }) => (state === 'failed' ? 1 : 0)],
  [
    'since_commit_seconds',
    'Time since the commit that was published last',
    ({ sinceCommitMs }) => (sinceCommitMs ?? 0) / 1000,
  ],
];
