/** Topics that nobody created: what makes them, and what does not. */
import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from '@jest/globals';
import { describeOnEveryEngine, ENGINE_CONFIG } from '@headwater/testkit/engines';
import { ErrorCode, findCoordinatorApi, metadataApi } from '../protocol/index.ts';
import { batchOf } from './testing/batches.ts';
import { produce } from './testing/requests.ts';
import { WireClients } from './testing/wire-clients.ts';
import type { WireClient } from './testing/wire-client.ts';

const named = (name: string): string => `${name}-${randomUUID()}`;

async function topicOf(client: WireClient, name: string, allowAutoTopicCreation: boolean, version = 9) {
  const { topics } = await client.send(metadataApi, version, { topics: [{ name }], allowAutoTopicCreation });
  return topics[0]!;
}

describeOnEveryEngine('a topic that is not there', (engine) => {
  const kafka = new WireClients(engine);
  afterAll(() => kafka.close());

  it.each([0, 4, 9, 12])(
    'is created for a Metadata request that allows it (v%d), by the configuration of the broker',
    async (version) => {
      const client = await kafka.connect();
      const name = named('automatic');
      // Apache Kafka says at first that it is not there, and that its leaders are not, a moment later.
      let topic = await topicOf(client, name, true, version);
      while (topic.errorCode !== 0 || topic.partitions.some(({ errorCode }) => errorCode !== 0)) {
        expect([ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.LEADER_NOT_AVAILABLE]).toContain(
          topic.errorCode,
        );
        topic = await topicOf(client, name, true, version);
      }
      expect(topic.partitions).toHaveLength(Number(ENGINE_CONFIG['num.partitions']));
    },
  );

  it('is not created for a Metadata request that does not allow it, nor by writing to it', async () => {
    const client = await kafka.connect();
    const name = named('absent');
    expect((await topicOf(client, name, false)).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect((await produce(client, name, batchOf(['a']))).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect((await topicOf(client, name, false)).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('is not created under a name that no topic may have', async () => {
    const client = await kafka.connect();
    expect((await topicOf(client, 'not/a/topic', true)).errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
  });

  it.each([
    ['groups', 0, '__consumer_offsets'],
    ['transactions', 1, '__transaction_state'],
  ] as const)('is made for the coordinator of %s when somebody looks for it', async (_of, keyType, topic) => {
    const client = await kafka.connect();
    const find = async () => {
      const { coordinators } = await client.send(findCoordinatorApi, 4, { keyType, coordinatorKeys: ['somebody'] });
      return coordinators[0]!;
    };
    let found = await find();
    while (found.errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE) found = await find();
    expect(found).toMatchObject({ errorCode: 0, nodeId: 1, host: engine.host, port: engine.port });
    expect(await topicOf(client, topic, false)).toMatchObject({ errorCode: 0, isInternal: true });
  });
});
