import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { newClient, testTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import {
  TransactionFailure,
  type FetchedRecords,
  type GroupMember,
  type KafkaClient,
  type TransactionalWriter,
} from '../client/index.ts';

/** Everything that a member of a new group gets from the topic. */
class Reading implements AsyncDisposable {
  readonly values: string[] = [];
  readonly member: GroupMember;

  constructor(
    client: KafkaClient,
    topic: string,
    isolation: 'read-committed' | 'read-uncommitted',
    group: string = randomUUID(),
  ) {
    this.member = client.joinGroup(
      {
        groupId: group,
        topic,
        startFrom: 'earliest',
        sessionTimeoutMs: 60_000,
        rebalanceTimeoutMs: 60_000,
        heartbeatIntervalMs: 500,
        maxWaitMs: 100,
        maxBytesPerPartition: 1024 * 1024,
        isolation,
      },
      {
        onAssigned: () => undefined,
        onRevoked: () => undefined,
        onRebalancing: () => undefined,
        onRecords: ({ records }: FetchedRecords) => {
          this.values.push(...records.map(({ value }) => String(value)));
          return Promise.resolve(true);
        },
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.member.close();
  }
}

const record = (value: string) => ({ key: value, value: Buffer.from(value) });

async function failureOf(work: Promise<unknown>): Promise<TransactionFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TransactionFailure);
  return error as TransactionFailure;
}

describeOnEveryEngine('a transactional writer', (kafka) => {
  let client: KafkaClient;
  const input = testTopic(1);
  const output = testTopic(3);
  const other = testTopic(2);
  beforeAll(async () => {
    client = newClient(kafka);
    await using _topics = await TestService.start(kafka, [input, output, other], []);
  });

  const open = (transactionalId: string, transactionTimeoutMs = 30_000): Promise<TransactionalWriter> =>
    client.openTransactionalWriter({ transactionalId, transactionTimeoutMs });

  const opened: TransactionalWriter[] = [];
  afterAll(() => Promise.all(opened.map((writer) => writer.close())));

  it('shows records of several topics and the offsets together, and nothing of what it aborts', async () => {
    const writer = await open(`spec-${randomUUID()}`);
    opened.push(writer);
    const group = `spec.${randomUUID()}`;
    await using reading = new Reading(client, output.name, 'read-committed');
    await using everything = new Reading(client, output.name, 'read-uncommitted');
    await using worker = new Reading(client, input.name, 'read-committed', group);
    await until(() => worker.member.membership !== undefined);
    const membership = worker.member.membership!;
    expect(membership.generation).toBeGreaterThan(0);

    await writer.begin();
    await writer.write(output.name, [record('given up')]);
    await writer.sendOffsets(membership, input.name, new Map([[0, 7n]]));
    await until(() => everything.values.includes('given up'));
    await writer.abort();

    await writer.begin();
    await writer.write(output.name, ['a', 'b', 'c', 'd'].map(record));
    await writer.write(other.name, [record('e')]);
    await writer.sendOffsets(membership, input.name, new Map([[0, 42n]]));
    await writer.commit();

    await until(() => reading.values.length >= 4);
    expect(reading.values.sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(await client.committedOffsets(group, input.name, [0])).toEqual(new Map([[0, 42n]]));
  });

  it('is fenced by a writer that is opened after it, which ends what it left', async () => {
    const id = `spec-${randomUUID()}`;
    const zombie = await open(id);
    opened.push(zombie);
    await zombie.begin();
    await zombie.write(other.name, [record('of the zombie')]);
    const successor = await open(id);
    opened.push(successor);
    await successor.begin();
    await successor.write(other.name, [record('of the successor')]);
    await successor.commit();
    expect((await failureOf(zombie.commit())).then).toBe('fenced');
    await using reading = new Reading(client, other.name, 'read-committed');
    await until(() => reading.values.includes('of the successor'));
    expect(reading.values).not.toContain('of the zombie');
  });

  it('cannot send offsets of a membership that is over', async () => {
    const writer = await open(`spec-${randomUUID()}`);
    opened.push(writer);
    const group = `spec.${randomUUID()}`;
    await using worker = new Reading(client, input.name, 'read-committed', group);
    await until(() => worker.member.membership !== undefined);
    const membership = worker.member.membership!;
    await writer.begin();
    const stale = { ...membership, generation: membership.generation - 1 };
    const failure = await failureOf(writer.sendOffsets(stale, input.name, new Map([[0, 1n]])));
    expect(failure.then).toBe('fenced');
    const stranger = { ...membership, memberId: 'nobody' };
    expect((await failureOf(writer.sendOffsets(stranger, input.name, new Map([[0, 1n]])))).then).toBe('fenced');
    await writer.abort();
    await writer.begin();
    await writer.sendOffsets(membership, input.name, new Map([[0, 1n]]));
    await writer.commit();
    expect((await client.committedOffsets(group, input.name, [0])).get(0)).toBe(1n);
  });

  it('keeps offsets from being read while a transaction has them pending', async () => {
    const writer = await open(`spec-${randomUUID()}`);
    opened.push(writer);
    const group = `spec.${randomUUID()}`;
    await using worker = new Reading(client, input.name, 'read-committed', group);
    await until(() => worker.member.membership !== undefined);
    await writer.begin();
    await writer.sendOffsets(worker.member.membership!, input.name, new Map([[0, 9n]]));
    let answered = false;
    const offsets = client.committedOffsets(group, input.name, [0]).finally(() => (answered = true));
    // Another answer of the same coordinator is back in the meantime.
    await client.committedOffsets(`spec.${randomUUID()}`, input.name, [0]);
    expect(answered).toBe(false);
    await writer.commit();
    expect(await offsets).toEqual(new Map([[0, 9n]]));
  });
});
