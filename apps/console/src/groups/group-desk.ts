/** What an operator changes of a consumer group. */
import { Injectable } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import type { Admin } from 'kafkajs';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
import { ClusterClient } from '../cluster/cluster-client.ts';
import { askingKafka } from '../cluster/kafka-problem.ts';
import type { ResetOffsetsRequest } from './group-requests.ts';
import { offsetChange, type OffsetReset, type PartitionRange } from './offset-reset.ts';

@Injectable()
export class GroupDesk {
  constructor(
    private readonly admin: ClusterAdmin,
    private readonly client: ClusterClient,
  ) {}

  /**
   * Moves the group's offsets of a topic, or with a dry run only says how.
   * @throws {Problem} 409 while the group has members: they would commit over it
   */
  reset(group: string, request: ResetOffsetsRequest): Promise<OffsetReset> {
    return askingKafka(() =>
      this.admin.use(async (admin) => {
        const ranges = await rangesOf(admin, group, request);
        const wanted = await targetsOf(admin, request, ranges);
        const changes = ranges.map((range) => offsetChange(range, wanted(range)));
        const { topic, dryRun = false } = request;
        if (dryRun) return { group, topic, changes, isDone: false };
        await assertIdle(admin, group);
        const offsets = new Map(changes.map(({ partition, to }) => [partition, to]));
        await this.client.kafka.setOffsets(group, topic, offsets);
        return { group, topic, changes, isDone: true };
      }),
    );
  }

  /** Forgets a group with its offsets. */
  async delete(group: string): Promise<void> {
    await askingKafka(() => this.admin.use((admin) => admin.deleteGroups([group])));
  }
}

async function rangesOf(
  admin: Admin,
  group: string,
  { topic, partitions }: ResetOffsetsRequest,
): Promise<PartitionRange[]> {
  const [offsets, committed] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  ]);
  const known = new Map(
    committed.flatMap((each) => each.partitions).map(({ partition, offset }) => [partition, offset]),
  );
  const ranges = offsets
    .filter(({ partition }) => partitions?.includes(partition) ?? true)
    .map(({ partition, low, high }) => {
      const offset = Number(known.get(partition) ?? -1);
      return { partition, begin: Number(low), end: Number(high), committed: offset < 0 ? null : offset };
    })
    .toSorted((left, right) => left.partition - right.partition);
  const missing = partitions?.find((partition) => !ranges.some((range) => range.partition === partition));
  if (missing === undefined) return ranges;
  throw Problem.notFound('partition-unknown', `Topic ${topic} has no partition ${missing}`);
}

type Target = (range: PartitionRange) => number;

async function targetsOf(
  admin: Admin,
  { to, value = '', topic }: ResetOffsetsRequest,
  ranges: readonly PartitionRange[],
): Promise<Target> {
  if (to === 'earliest') return ({ begin }) => begin;
  if (to === 'latest') return ({ end }) => end;
  if (to === 'time') {
    const timeMs = Date.parse(value);
    if (Number.isNaN(timeMs)) throw wrongValue('a time such as 2026-11-21T12:00:00Z');
    const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, timeMs);
    const byPartition = new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
    return ({ partition, end }) => byPartition.get(partition) ?? end;
  }
  if (!/^[+-]?\d{1,15}$/.test(value)) throw wrongValue('a whole number');
  const count = Number(value);
  if (to === 'shift') return ({ committed, begin }) => (committed ?? begin) + count;
  if (ranges.length > 0 && count < 0) throw wrongValue('an offset from 0 on');
  return () => count;
}

function wrongValue(wanted: string): Problem {
  return Problem.badRequest('value-invalid', `value must be ${wanted}`);
}

async function assertIdle(admin: Admin, groupId: string): Promise<void> {
  const { groups } = await admin.describeGroups([groupId]);
  const members = groups[0]?.members.length ?? 0;
  if (members === 0) return;
  const detail = `Group ${groupId} has ${members} ${members === 1 ? 'member' : 'members'}, which would commit over it: stop them first`;
  throw Problem.conflict('group-not-empty', detail);
}
