import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { newClient, testTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import { systemClock } from '../clock/index.ts';
import { TransactionFailure, type FetchedRecords, type GroupMember, type KafkaClient } from '../client/index.ts';
import { bytesOfRecord } from '../delivery/index.ts';
import { TransactionWriting } from './index.ts';

type Fault = (commit: () => Promise<void>) => Promise<void>;

const lost = (): TransactionFailure => new TransactionFailure('the answer is lost', 'reopen');

/** A client whose first commits meet the given faults. */
function withFaults(client: KafkaClient, faults: Fault[]): KafkaClient {
  return {
    ...client,
    async openTransactionalWriter(options) {
      const writer = await client.openTransactionalWriter(options);
      const commit = writer.commit.bind(writer);
      writer.commit = () => (faults.shift() ?? ((really) => really()))(commit);
      return writer;
    },
  };
}

describe('a transaction whose end is not known', () => {
  let broker: RunningBroker;
  let client: KafkaClient;
  const input = testTopic(1);
  const output = testTopic(1);
  const members: GroupMember[] = [];

  beforeAll(async () => {
    broker = await startBroker({ config: { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '100' } });
    client = newClient(broker);
    await using _topics = await TestService.start(broker, [input, output], []);
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.close()));
    await broker.close();
  });

  const join = (topic: string, group: string, onRecords: (fetched: FetchedRecords) => void): GroupMember => {
    const member = client.joinGroup(
      {
        groupId: group,
        topic,
        startFrom: 'earliest',
        sessionTimeoutMs: 60_000,
        rebalanceTimeoutMs: 60_000,
        heartbeatIntervalMs: 500,
        maxWaitMs: 100,
        maxBytesPerPartition: 1024 * 1024,
        isolation: 'read-committed',
      },
      {
        onAssigned: () => undefined,
        onRevoked: () => undefined,
        onRebalancing: () => undefined,
        onRecords: (fetched) => {
          onRecords(fetched);
          return Promise.resolve(true);
        },
      },
    );
    members.push(member);
    return member;
  };

  const writingWith = (faults: Fault[], transactionTimeoutMs = 30_000): TransactionWriting =>
    new TransactionWriting(
      withFaults(client, faults),
      { transactionalId: `spec-${randomUUID()}`, transactionTimeoutMs, topic: input.name, maxRequestBytes: 1_000_000 },
      bytesOfRecord,
      systemClock,
    );

  const seen: string[] = [];
  const membershipOf = async (group: string) => {
    const member = join(input.name, group, () => undefined);
    await until(() => member.membership !== undefined);
    return member.membership!;
  };
  const resultOf = (value: string) => ({ topic: output.name, key: value, value: Buffer.from(value) });
  const never = new AbortController().signal;

  it.each<[string, Fault]>([
    [
      'was committed',
      async (commit) => {
        await commit();
        throw lost();
      },
    ],
    ['was not committed', () => Promise.reject(lost())],
  ])('is seen once when it %s', async (name, fault) => {
    if (seen.length === 0)
      join(output.name, `reader.${randomUUID()}`, ({ records }) =>
        seen.push(...records.map(({ value }) => String(value))),
      );
    const group = `spec.${randomUUID()}`;
    const membership = await membershipOf(group);
    const writing = writingWith([fault]);
    const offsets = new Map([[0, 5n]]);
    expect(await writing.write({ membership, results: [resultOf(name)], offsets }, never)).toBe('committed');
    expect(
      await writing.write({ membership, results: [resultOf(`after ${name}`)], offsets: new Map([[0, 6n]]) }, never),
    ).toBe('committed');
    await writing.close();
    await until(() => seen.includes(`after ${name}`));
    expect(seen.filter((value) => value === name)).toEqual([name]);
    expect(await client.committedOffsets(group, input.name, [0])).toEqual(new Map([[0, 6n]]));
  });

  it('of a member that died is aborted after its time-out, and the next owner goes on before it', async () => {
    const group = `spec.${randomUUID()}`;
    const membership = await membershipOf(group);
    const dead = await client.openTransactionalWriter({
      transactionalId: `spec-${randomUUID()}`,
      // Longer than the writes below take, also on a busy machine.
      transactionTimeoutMs: 10_000,
    });
    await dead.begin();
    await dead.write(output.name, [{ key: 'dead', value: Buffer.from('of the dead') }]);
    await dead.sendOffsets(membership, input.name, new Map([[0, 9n]]));
    // Nothing is committed when the offsets are decided, which the time-out does.
    expect((await client.committedOffsets(group, input.name, [0])).get(0)).toBeLessThan(0n);
    const writing = writingWith([]);
    expect(await writing.write({ membership, results: [resultOf('again')], offsets: new Map([[0, 9n]]) }, never)).toBe(
      'committed',
    );
    await writing.close();
    await until(() => seen.includes('again'));
    expect(seen).not.toContain('of the dead');
    const commit = await dead.commit().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(commit).toBeInstanceOf(TransactionFailure);
    await dead.close();
  });
});
