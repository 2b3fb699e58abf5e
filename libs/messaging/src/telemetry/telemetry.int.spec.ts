import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { likeChanged } from '@headwater/contracts';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { Observer, testTopic, type TestTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import { FatalHandlerError, headerNames, Subscribe, SubscribeBatch, type TopicMessage } from '../index.ts';
import { isTracing } from './index.ts';

const newGroup = (): string => `spec.${randomUUID().slice(0, 8)}`;
const likeOf = (postId: string, number: number) => ({
  eventId: `${postId}-${number}`,
  postId,
  userId: String(number),
  liked: true,
  occurredAt: new Date(1_500_000_000_000 + number),
});

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const tracestate = 'vendor=value';

describe('the trace of a message', () => {
  let broker: RunningBroker;
  let observer: Observer;
  beforeAll(async () => {
    broker = await startBroker();
    observer = new Observer(broker);
  });
  afterAll(async () => {
    await observer[Symbol.asyncDispose]();
    await broker.close();
  });

  describe('without an SDK', () => {
    it('is passed on to what the handler sends, tracestate and all', async () => {
      const [input, output] = [testTopic(1), testTopic(1)];
      const services: TestService[] = [];
      @Controller()
      class Likes {
        @Subscribe(input, { group: newGroup() })
        async onLike({ value }: TopicMessage<TestTopic>): Promise<void> {
          await services[0]!.producer.send(output, likeChanged, likeOf(value.postId, 2));
        }
      }
      await using service = await TestService.start(broker, [input, output], [Likes]);
      services.push(service);
      expect(isTracing()).toBe(false);
      await service.producer.send(input, likeChanged, likeOf('post', 1), { headers: { traceparent, tracestate } });
      const [sent] = await observer.read(output.name, 1);
      expect(String(sent!.headers![headerNames.traceparent])).toBe(traceparent);
      expect(String(sent!.headers![headerNames.tracestate])).toBe(tracestate);
    });
  });

  describe('with an SDK', () => {
    const exporter = new InMemorySpanExporter();
    let provider: NodeTracerProvider;
    beforeAll(() => {
      provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
      provider.register();
    });
    afterEach(() => exporter.reset());
    afterAll(async () => {
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    });

    const spans = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
    const spansOnceThere = async (name: string, count: number): Promise<ReadableSpan[]> => {
      await until(() => spans(name).length >= count);
      return spans(name);
    };

    it('goes from the one who sends through the handler to what the handler sends', async () => {
      const [input, output] = [testTopic(1), testTopic(1)];
      const group = newGroup();
      const services: TestService[] = [];
      @Controller()
      class Likes {
        @Subscribe(input, { group })
        async onLike({ value }: TopicMessage<TestTopic>): Promise<void> {
          await services[0]!.producer.send(output, likeChanged, likeOf(value.postId, 2));
        }
      }
      await using service = await TestService.start(broker, [input, output], [Likes]);
      services.push(service);
      await trace.getTracer('spec').startActiveSpan('request', async (request) => {
        await service.producer.send(input, likeChanged, likeOf('post', 1));
        request.end();
      });
      const [process] = await spansOnceThere(`process ${input.name}`, 1);
      const [[request], [send], [sendOn]] = [
        spans('request'),
        spans(`send ${input.name}`),
        spans(`send ${output.name}`),
      ];
      expect(send!.parentSpanContext?.spanId).toBe(request!.spanContext().spanId);
      expect(process!.parentSpanContext?.spanId).toBe(send!.spanContext().spanId);
      expect(sendOn!.parentSpanContext?.spanId).toBe(process!.spanContext().spanId);
      expect(new Set([request, send, process, sendOn].map((span) => span!.spanContext().traceId)).size).toBe(1);
      expect([send!.kind, process!.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
      expect(process!.attributes).toMatchObject({
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.destination.name': input.name,
        'messaging.destination.partition.id': '0',
        'messaging.consumer.group.name': group,
        'messaging.kafka.offset': 0,
        'messaging.kafka.message.key': 'post',
        'messaging.message.id': 'post-1',
      });
      const [sent] = await observer.read(output.name, 1);
      expect(String(sent!.headers!['traceparent'])).toContain(sendOn!.spanContext().spanId);
    });

    it('is linked to from the span of a batch', async () => {
      const input = testTopic(1);
      @Controller()
      class Likes {
        @SubscribeBatch(input, { group: newGroup() })
        onLikes(_messages: readonly TopicMessage<TestTopic>[]): void {
          return undefined;
        }
      }
      {
        await using writer = await TestService.start(broker, [input], []);
        await Promise.all([1, 2, 3].map((number) => writer.producer.send(input, likeChanged, likeOf('post', number))));
      }
      await using _service = await TestService.start(broker, [input], [Likes]);
      const [process] = await spansOnceThere(`process ${input.name}`, 1);
      expect(process!.parentSpanContext).toBeUndefined();
      expect(process!.attributes['messaging.batch.message_count']).toBe(3);
      expect(process!.links.map((link) => link.context.spanId)).toEqual(
        spans(`send ${input.name}`).map((span) => span.spanContext().spanId),
      );
    });

    it('shows what failed', async () => {
      const input = testTopic(1);
      @Controller()
      class Likes {
        @Subscribe(input, { group: newGroup(), policy: 'skip' })
        onLike(_message: TopicMessage<TestTopic>): void {
          throw new FatalHandlerError('never');
        }
      }
      await using service = await TestService.start(broker, [input], [Likes]);
      await service.producer.send(input, likeChanged, likeOf('post', 1));
      const [process] = await spansOnceThere(`process ${input.name}`, 1);
      expect(process!.status).toEqual({ code: SpanStatusCode.ERROR, message: 'never' });
      expect(process!.attributes['error.type']).toBe('FatalHandlerError');
    });
  });
});
