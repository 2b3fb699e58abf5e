import { expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { newClient, testTable, testTopic } from '../../fixtures/test-kafka.ts';
import { TopicSetup } from './index.ts';

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

  it('stops at a topic that is another than its contract says, and names each difference', async () => {
    const topic = testTopic(2);
    const setup = new TopicSetup(newClient(kafka));
    await setup.ensure([topic]);
    await expect(
      setup.ensure([{ ...topic, partitions: 4, config: { 'cleanup.policy': 'compact' } }]),
    ).rejects.toMatchObject({
      code: 'TOPIC_DIFFERS',
      message: expect.stringMatching(
        /has 2 partitions, its contract says 4; .*cleanup\.policy is delete, its contract says compact/,
      ),
    });
  });

  it('leaves a topic alone that has more partitions than its contract says', async () => {
    const topic = testTopic(3);
    const setup = new TopicSetup(newClient(kafka));
    await setup.ensure([topic]);
    await setup.ensure([{ ...topic, partitions: 2 }]);
  });
});
