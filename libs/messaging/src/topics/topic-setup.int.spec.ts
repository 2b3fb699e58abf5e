import { expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { newClient, testTable, testTopic } from '../../fixtures/test-kafka.ts';
import { describeDifference, TopicSetup } from './index.ts';

// #region on-every-engine
describeOnEveryEngine('the set-up of topics', (kafka) => {
  it('creates what is missing, by several processes at once, and leaves what is there', async () => {
    const topics = [testTopic(3), testTable()];
    await Promise.all([1, 2, 3].map(() => new TopicSetup(newClient(kafka)).ensure(topics)));
    await new TopicSetup(newClient(kafka)).ensure(topics);
    const admin = await newClient(kafka).openAdmin();
    const found = await admin.describe(new Map(topics.map(({ name }) => [name, ['cleanup.policy']])));
    await admin.close();
    expect(topics.map(({ name }) => found.get(name))).toEqual([
      { partitions: 3, config: { 'cleanup.policy': 'delete' } },
      { partitions: 1, config: { 'cleanup.policy': 'compact' } },
    ]);
  });
  // #endregion

  it('has records deleted below an offset, by an admin that was asked nothing before', async () => {
    const topic = testTopic(1);
    await new TopicSetup(newClient(kafka)).ensure([topic]);
    const writer = await newClient(kafka).openWriter();
    await writer.write(
      topic.name,
      ['a', 'b', 'c'].map((text) => ({ partition: 0, key: null, value: Buffer.from(text) })),
    );
    await writer.close();
    const admin = await newClient(kafka).openAdmin();
    await admin.deleteRecords(topic.name, new Map([[0, 2]]));
    await admin.close();
    const reader = newClient(kafka).openLogReader(
      { isolation: 'read-committed', maxWaitMs: 100, maxBytesPerPartition: 1e6, maxBufferedBytesPerPartition: 1e6 },
      { onArrival: () => undefined, onOffsetOutOfRange: () => undefined },
    );
    expect((await reader.offsets(topic.name, [0])).get(0)).toEqual({ earliest: 2, latest: 3 });
    await reader.close();
  });

  it('tells where many topics begin and end that are asked about at once', async () => {
    const topics = [testTopic(3), testTopic(2), testTable()];
    await new TopicSetup(newClient(kafka)).ensure(topics);
    const reader = newClient(kafka).openLogReader(
      { isolation: 'read-committed', maxWaitMs: 100, maxBytesPerPartition: 1e6, maxBufferedBytesPerPartition: 1e6 },
      { onArrival: () => undefined, onOffsetOutOfRange: () => undefined },
    );
    const endsOf = () =>
      Promise.all(
        topics.map(async ({ name, partitions }) => {
          const ranges = await reader.offsets(name, [...Array(partitions).keys()]);
          return [...ranges.values()].map(({ latest }) => latest);
        }),
      );
    // Before, as a leader may not have heard of its partition yet.
    expect(await endsOf()).toEqual([[0, 0, 0], [0, 0], [0]]);
    const writer = await newClient(kafka).openWriter();
    for (const [index, { name }] of topics.entries())
      await writer.write(name, [{ partition: 0, key: Buffer.from('k'), value: Buffer.alloc(index + 1) }]);
    await writer.write(topics[1]!.name, [{ partition: 1, key: null, value: Buffer.from('b') }]);
    await writer.close();
    expect(await endsOf()).toEqual([[1, 0, 0], [1, 1], [1]]);
    const future = await Promise.all([
      reader.offsets(topics[0]!.name, [0], Date.now() + 3_600_000),
      reader.offsets(topics[0]!.name, [0]),
    ]);
    expect(future.map((ranges) => ranges.get(0))).toEqual([
      { earliest: 1, latest: 1 },
      { earliest: 0, latest: 1 },
    ]);
    await reader.close();
  });

  it('stops at a topic that is another than its contract says, and names each difference', async () => {
    const topic = testTopic(2);
    const setup = new TopicSetup(newClient(kafka));
    await setup.ensure([topic]);
    await expect(
      setup.ensure([{ ...topic, partitions: 4, config: { 'cleanup.policy': 'compact' } }]),
    ).rejects.toMatchObject({
      code: 'TOPIC_DIFFERS',
      message: expect.stringMatching(
        /^topic (likes-\w+): it has 2 partitions, its contract says 4; create the topic anew .*schemas\/topics\.yaml\ntopic \1: cleanup\.policy is delete, its contract says compact; set it \(kafka-configs .*cleanup\.policy=\[compact\]\)/,
      ),
    });
  });

  it('leaves a topic alone that has more partitions than its contract says', async () => {
    const topic = testTopic(3);
    const setup = new TopicSetup(newClient(kafka));
    await setup.ensure([topic]);
    expect(await setup.ensure([{ ...topic, partitions: 2 }])).toEqual([
      { topic: topic.name, setting: 'partitions', contract: '2', found: '3', decisive: false },
    ]);
  });

  it('says of what else differs what it is, what the contract says and what to do, and goes on', async () => {
    const topic = { ...testTopic(1), config: { 'cleanup.policy': 'delete,compact', 'retention.ms': '604800000' } };
    const setup = new TopicSetup(newClient(kafka));
    expect(await setup.ensure([topic])).toEqual([]);
    const contract = {
      'cleanup.policy': 'compact,delete',
      'retention.ms': '-1',
      // Not set for the topic: the broker's default counts, here as another value and there as the same.
      'min.insync.replicas': '2',
      'segment.bytes': '1073741824',
    };
    const differences = await setup.ensure([{ ...topic, config: contract }]);
    expect(differences.map(describeDifference)).toEqual([
      `topic ${topic.name}: retention.ms is 604800000 (7 days), its contract says -1 (forever); set it ` +
        `(kafka-configs --alter --topic ${topic.name} --add-config retention.ms=[-1]) or change the contract in schemas/topics.yaml`,
      expect.stringContaining('min.insync.replicas is 1, its contract says 2'),
    ]);
  });
});
