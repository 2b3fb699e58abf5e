import { expect, it } from '@jest/globals';
import { systemClock, type KafkaClient, type LogReader } from '@headwater/messaging';
import { StreamsBuilder, streamTopic, stringCodec } from '../index.ts';
import { StreamsMetrics } from '../metrics/index.ts';
import { TaskRunner } from './task-runner.ts';

/** A writer whose commits end when the test says so. */
class ByHand {
  readonly underWay: (() => void)[] = [];

  async commit(): Promise<boolean> {
    await new Promise<void>((resolve) => this.underWay.push(resolve));
    return true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  finish(): Promise<void> {
    this.underWay.shift()!();
    return turns();
  }
}

/** Lets everything run that needs no time. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

it('commits of one task take turns, also those that waited for the same one', async () => {
  const builder = new StreamsBuilder('app');
  const topic = (name: string) => streamTopic({ name, key: stringCodec, value: stringCodec });
  builder.stream(topic('in')).to(topic('out'));
  const writer = new ByHand();
  const opened = Promise.withResolvers<undefined>();
  // The task has no partition of any topic, so that nothing asks a client or a reader.
  const runner = new TaskRunner(
    {
      topology: builder.build(),
      client: {} as KafkaClient,
      reader: {} as LogReader,
      clock: systemClock,
      metrics: new StreamsMetrics('app', undefined),
      partitionCounts: new Map(),
      environment: {
        partitionsOf: () => 1,
        globalTable: () => {
          throw new Error('there is none');
        },
        droppedLate: () => undefined,
      },
      onUnreadable: 'fail',
      openWriter: () => Promise.resolve(writer),
      tell: () => undefined,
      wake: () => opened.resolve(undefined),
    },
    0,
  );
  await opened.promise;
  expect(runner.isRunning).toBe(true);
  const commits = Promise.all([1, 2, 3].map(() => runner.commit({ always: true })));
  await turns();
  for (let commit = 1; commit <= 3; commit++) {
    expect(writer.underWay).toHaveLength(1);
    await writer.finish();
  }
  expect(writer.underWay).toHaveLength(0);
  await commits;
  await runner.close();
});
