/** Looks at a topology's topics before it runs: what it reads and writes must fit together, and its own topics are made. */
import { Logger } from '@nestjs/common';
import type { Clock, KafkaClient, TopicAdmin } from '@headwater/messaging';
import { StreamsError } from '../errors/index.ts';
import type { InternalTopic, Topology } from '../topology/index.ts';

const lookAgainMs = 500;

/** The number of partitions of every topic that the topology touches. */
export type PartitionCounts = ReadonlyMap<string, number>;

/**
 * Waits for topics that are to be read or written, up to `waitMs`, and creates internal ones.
 * @throws {StreamsError} `TOPIC_MISSING`, `NOT_COPARTITIONED`, `TOPIC_DIFFERS`; or when no broker answers.
 */
export async function planTopics(
  topology: Topology,
  client: KafkaClient,
  clock: Clock,
  waitMs: number,
  signal: AbortSignal,
): Promise<PartitionCounts> {
  const admin = await client.openAdmin();
  try {
    const counts = await waitForTopics(topology, admin, clock, waitMs, signal);
    for (const internal of topology.internalTopics) resolveCount(internal, topology, counts);
    checkCopartitioning(topology, counts);
    await ensureInternal(topology, admin, counts);
    return counts;
  } finally {
    await admin.close();
  }
}

async function waitForTopics(
  topology: Topology,
  admin: TopicAdmin,
  clock: Clock,
  waitMs: number,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const internal = new Set(topology.internalTopics.map(({ name }) => name));
  const names = [...topology.sources.map(({ topic }) => topic.name), ...topology.sinks].filter(
    (name) => !internal.has(name),
  );
  const logger = new Logger('Streams');
  const deadlineMs = clock.nowMs() + waitMs;
  for (let attempt = 1; ; attempt++) {
    const found = await admin.describe(new Map(names.map((name) => [name, []])));
    const missing = names.filter((name) => !found.has(name));
    if (missing.length === 0) return new Map([...found].map(([name, { partitions }]) => [name, partitions]));
    const text = `${topology.applicationId}: topic ${missing.join(', ')} does not exist`;
    if (clock.nowMs() >= deadlineMs || signal.aborted)
      throw new StreamsError('TOPIC_MISSING', `${text}: create it, or start the service that owns it`);
    if (attempt === 1) logger.warn(`${text}; waiting for it`);
    await clock.sleep(lookAgainMs, signal);
  }
}

/** An internal topic may be like another internal one, which was described before it. */
function resolveCount(internal: InternalTopic, topology: Topology, counts: Map<string, number>): void {
  const known = counts.get(internal.name);
  if (known !== undefined) return;
  const like = internal.like.map((name) => {
    const count = counts.get(name);
    if (count !== undefined) return count;
    const other = topology.internalTopics.find((each) => each.name === name);
    if (!other) return 1;
    resolveCount(other, topology, counts);
    return counts.get(name) ?? 1;
  });
  counts.set(internal.name, internal.partitions ?? Math.max(1, ...like));
}

function checkCopartitioning({ applicationId, copartitioned }: Topology, counts: PartitionCounts): void {
  for (const topics of copartitioned) {
    const different = new Set(topics.map((topic) => counts.get(topic)));
    if (different.size <= 1) continue;
    const told = topics.map((topic) => `${topic} has ${counts.get(topic)}`).join(', ');
    throw new StreamsError(
      'NOT_COPARTITIONED',
      `${applicationId} joins topics that differ in their number of partitions: ${told}. A key's records would not meet: send the stream through a topic with as many partitions, or use a global table`,
    );
  }
}

async function ensureInternal(topology: Topology, admin: TopicAdmin, counts: PartitionCounts): Promise<void> {
  const { internalTopics, applicationId } = topology;
  const found = await admin.describe(new Map(internalTopics.map(({ name }) => [name, []])));
  for (const [name, { partitions }] of found)
    if (partitions !== counts.get(name))
      throw new StreamsError(
        'TOPIC_DIFFERS',
        `${applicationId}: its topic ${name} has ${partitions} partitions and needs ${counts.get(name)}, as the number of what it comes from changed. Keys lie elsewhere now: delete ${name}, and the group's offsets, to compute it again`,
      );
  const missing = internalTopics.filter(({ name }) => !found.has(name));
  if (missing.length === 0) return;
  await admin.create(missing.map(({ name, config }) => ({ name, config, partitions: counts.get(name) ?? 1 })));
  new Logger('Streams').log(`${applicationId}: created ${missing.map(({ name }) => name).join(', ')}`);
}
