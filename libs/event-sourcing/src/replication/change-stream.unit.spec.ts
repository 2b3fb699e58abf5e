import { afterEach, describe, expect, it } from '@jest/globals';
import { ChangeStream, type StreamParts } from './change-stream.ts';
import type { ReplicationConnection, StreamListener } from './replication-connection.ts';
import { replicationSettings } from './replication-options.ts';
import type { SlotControl } from './slot-control.ts';

const senderId = 7;
const relationId = 1;

const int = (value: number, bytes: 1 | 2 | 4 | 8): Buffer => {
  const field = Buffer.alloc(bytes);
  field.writeUIntBE(value, Math.max(0, bytes - 6), Math.min(bytes, 6));
  return field;
};
const begin = (): Buffer => Buffer.concat([Buffer.from('B'), int(100, 8), int(0, 8), int(1, 4)]);
const commit = (): Buffer => Buffer.concat([Buffer.from('C'), int(0, 1), int(100, 8), int(101, 8), int(0, 8)]);
const relation = (): Buffer =>
  Buffer.concat([
    Buffer.from('R'),
    int(relationId, 4),
    Buffer.from('public\0entries\0d'),
    int(1, 2),
    int(1, 1),
    Buffer.from('id\0'),
    int(20, 4),
    int(0xffffffff, 4),
  ]);
const insert = (id: number): Buffer => {
  const text = Buffer.from(String(id));
  return Buffer.concat([
    Buffer.from('I'),
    int(relationId, 4),
    Buffer.from('N'),
    int(1, 2),
    Buffer.from('t'),
    int(text.length, 4),
    text,
  ]);
};

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

/** A stream whose blocks the test hands over, one after another, as a socket does with what it has collected. */
async function stream(maxBufferedBytes: number, itemBytes: number) {
  let listener: StreamListener | undefined;
  const connection = {
    senderId,
    isPaused: false,
    start: (_stream: unknown, given: StreamListener) => {
      listener = given;
      return Promise.resolve();
    },
    pause: () => (connection.isPaused = true),
    resume: () => (connection.isPaused = false),
    confirm: () => undefined,
  };
  const control = {
    slot: () => Promise.resolve({ activeSenderId: senderId, currentLsn: 0n, retainedBytes: 0 }),
    beat: () => Promise.resolve(),
  };
  const published: number[] = [];
  const parts: StreamParts<number> = {
    connection: connection as unknown as ReplicationConnection,
    control: control as unknown as SlotControl,
    settings: replicationSettings({
      connection: {},
      slot: 'spec',
      publication: 'spec',
      tables: [{ schema: 'public', table: 'entries' }],
      maxBufferedBytes,
      maxBatchBytes: maxBufferedBytes,
    }),
    sink: {
      prepare: () => Promise.resolve(),
      change: (_change, _transaction, take) => take(published.length, itemBytes),
      publish: (items) => {
        published.push(...items);
        return Promise.resolve();
      },
    },
    progress: {
      acknowledgedLsn: 0n,
      confirmedLsn: 0n,
      publishedChanges: 0,
      lastCommitMicros: undefined,
      currentLsn: 0n,
      retainedBytes: 0,
      bufferedBytes: 0,
      progressMs: 0,
    },
  };
  const stopping = new AbortController();
  const running = new ChangeStream(parts).run(stopping.signal);
  const block = (...messages: readonly Buffer[]): void => {
    for (const message of messages) listener!.logData(message, 0, 50n);
    listener!.drained(0);
  };
  cleanUp.push(() => {
    stopping.abort();
    return running;
  });
  await new Promise(setImmediate);
  return { block, connection, parts, published };
}

describe('a stream of changes', () => {
  it('goes on when the block that makes it pause comes at once behind one that left nothing to publish', async () => {
    const { block, connection, parts, published } = await stream(100, 60);
    block(begin(), relation());
    block(insert(1), insert(2));
    expect(connection.isPaused).toBe(true);
    await new Promise(setImmediate);
    expect(published).toHaveLength(2);
    expect(connection.isPaused).toBe(false);
    block(commit());
    await new Promise(setImmediate);
    expect(parts.progress.acknowledgedLsn).toBe(101n);
  });
});
