import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { startBroker } from '@headwater/testkit';
import { longCodec, Streams, StreamsBuilder, StreamsModule, stringCodec, type StreamsHealth } from '../index.ts';
import { TestKafka, uniqueName, uniqueTopic, until } from '../../fixtures/test-kafka.ts';

describe('the module of streams', () => {
  it('runs topologies with the service, answers for their health, and offers their tables', async () => {
    await using broker = await startBroker({ flush: 'os' });
    const kafka = new TestKafka(broker.bootstrapServers);
    const votes = uniqueTopic('votes', stringCodec, longCodec);
    await kafka.create(2, votes);
    await kafka.write(votes, [
      { key: 'yes', value: 2, timestampMs: 1 },
      { key: 'no', value: 1, timestampMs: 2 },
      { key: 'yes', value: 3, timestampMs: 3 },
    ]);
    const applicationId = uniqueName('tally');
    const builder = new StreamsBuilder(applicationId);
    builder
      .stream(votes)
      .groupByKey()
      .aggregate({ name: 'tally', codec: longCodec, add: (sum = 0, value) => sum + value });
    const checks = new Map<string, () => Promise<StreamsHealth>>();
    const health = {
      add: (kind: string, name: string, check: () => Promise<StreamsHealth>) => checks.set(kind + name, check),
    };

    @Module({
      imports: [
        StreamsModule.forRootAsync({
          inject: [],
          useFactory: () => ({
            clientId: 'spec',
            bootstrapServers: [broker.bootstrapServers],
            topologies: [builder.build()],
            commitIntervalMs: 50,
            health,
          }),
        }),
      ],
    })
    class AppModule {}

    const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    const streams = app.get(Streams);
    await streams.app(applicationId).whenCaughtUp();
    expect(await checks.get('readystreams')!()).toEqual({ ok: true });
    expect(await checks.get('livestreams')!()).toEqual({ ok: true });
    const tally = streams.store<string, number>(applicationId, 'tally');
    expect(tally.get('yes')).toBe(5);
    expect(new Map(tally.entries())).toEqual(
      new Map([
        ['yes', 5],
        ['no', 1],
      ]),
    );
    await kafka.write(votes, [{ key: 'no', value: 4, timestampMs: 4 }]);
    await until(() => tally.get('no') === 5);
    expect(() => streams.store(applicationId, 'unknown')).toThrow(expect.objectContaining({ code: 'STORE_UNKNOWN' }));
    await app.close();
  });
});
