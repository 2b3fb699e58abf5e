/** Removes what frames that were right by accident have created, so that growth is not what was asked for. */
import { deleteGroupsApi, deleteTopicsApi, listGroupsApi } from '@headwater/broker-core/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import { createTopic, metadata, type NewTopic } from '../broker/requests.ts';
import { CANARY_GROUP, CANARY_TOPIC, FILLER_TOPIC } from './canary.ts';
import { FUZZ_TOPICS } from './request-source.ts';

const kept: ReadonlySet<string> = new Set([
  CANARY_TOPIC,
  FILLER_TOPIC,
  ...FUZZ_TOPICS,
  '__consumer_offsets',
  '__transaction_state',
  '__cluster_metadata',
]);

export class Janitor {
  readonly #client: BrokerClient;
  removedCount = 0;

  private constructor(client: BrokerClient) {
    this.#client = client;
  }

  static async start(port: number): Promise<Janitor> {
    return new Janitor(await BrokerClient.connect(port));
  }

  async clean(): Promise<void> {
    const topics = await metadata(this.#client);
    const names = topics.map(({ name }) => name!).filter((name) => !kept.has(name));
    // What is there from the fuzz may be deleted in between; it is gone all the same.
    if (names.length > 0) await this.#client.send(deleteTopicsApi, 5, { topicNames: names, timeoutMs: 30_000 });
    for (const name of FUZZ_TOPICS)
      if (!topics.some((topic) => topic.name === name)) await createTopic(this.#client, fuzzTopic(name));
    const { groups } = await this.#client.send(listGroupsApi, 4, { statesFilter: [] });
    const groupIds = groups.map(({ groupId }) => groupId).filter((groupId) => groupId !== CANARY_GROUP);
    if (groupIds.length > 0) await this.#client.send(deleteGroupsApi, 2, { groupsNames: groupIds });
    this.removedCount += names.length + groupIds.length;
  }

  close(): void {
    this.#client.close();
  }
}

function fuzzTopic(name: string): NewTopic {
  const policy: Record<string, string> = name.includes('compacted')
    ? { 'cleanup.policy': 'compact' }
    : { 'retention.bytes': '2000000' };
  return { name, partitions: 2, config: { ...policy, 'segment.bytes': '1048576' } };
}
