import { showPosition, topics } from '@headwater/contracts';
import type { RecordToWrite } from '@headwater/messaging';
import { type BenchOptions, row, type Row } from '../bench.ts';
import { residentMiB } from '../load/memory.ts';
import { positionProducer } from './reports.ts';
import { ResumeService, withKafka, type Kafka } from './service.ts';

const showsPerUser = 3;
const usersAtOnce = 10_000;

/** The table of many users: how fast it is restored, and the memory of the process that has it. */
export async function* memoryRows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const users = quick ? 20_000 : 1_000_000;
  const measured = await withKafka(async (kafka) => {
    const empty = await ResumeService.start(kafka);
    const baseline = residentMiB(empty.pid) ?? 0;
    await empty.stop();
    onProgress('resume/memory: filling the topic');
    await fill(kafka, users);
    onProgress('resume/memory: restoring');
    const startedMs = performance.now();
    const service = await ResumeService.start(kafka);
    try {
      const seconds = (performance.now() - startedMs) / 1000;
      return { baseline, seconds, resident: residentMiB(service.pid) ?? 0 };
    } finally {
      await service.stop();
    }
  });
  const positions = users * showsPerUser;
  const shown = `${users.toLocaleString('en-US')} users`;
  yield {
    ...row(`resume/restore/${shown}`, positions / measured.seconds, 'positions/s', null),
    note: `ready ${measured.seconds.toFixed(1)} s after the start of the process`,
  };
  yield {
    ...row(`resume/memory/${shown}`, measured.resident, 'MiB', measured.baseline),
    better: 'less',
    note: `${showsPerUser} shows each; the baseline is the same process without users`,
  };
}

async function fill(kafka: Kafka, users: number): Promise<void> {
  const { producer, codec } = await positionProducer(kafka);
  const occurredAtMs = Date.now();
  const recordOf = (user: number, show: number): RecordToWrite => {
    const event = {
      eventId: `u${user}|s${show}|${occurredAtMs}|d`,
      userId: `user-${user}`,
      showId: `show-${(user * 31 + show * 17) % 50_000}`,
      positionSeconds: 1_000 + show,
      durationSeconds: 6_000,
      deviceId: `device-${show}`,
      finished: false,
      occurredAt: new Date(occurredAtMs),
    };
    const key = topics.showPosition.keyOf(event);
    return { key, partitionKey: event.userId, value: codec.encode(topics.showPosition, showPosition, event) };
  };
  for (let first = 0; first < users; first += usersAtOnce) {
    const records: RecordToWrite[] = [];
    for (let user = first; user < first + usersAtOnce; user += 1)
      for (let show = 0; show < showsPerUser; show += 1) records.push(recordOf(user, show));
    await producer.sendAll(topics.showPosition.name, records);
  }
  await producer.close();
}
