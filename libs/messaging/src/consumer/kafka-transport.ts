/**
 * Nest's transport for subscriptions: collects the handlers, sets their topics up, and runs one consumer for each.
 *
 * Health: `ready` fails until every group is joined; `live` fails when a subscription makes no progress for its `stallLimitMs`;
 * after twice that `onStalled` is called, for the service to end: never green and wedged.
 */
import { Logger } from '@nestjs/common';
import { BaseRpcContext, Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Clock } from '../clock/index.ts';
import type { KafkaClient } from '../client/index.ts';
import type { EventCodec } from '../codec/index.ts';
import { MessagingError } from '../errors/index.ts';
import type { TopicMessage } from '../message/index.ts';
import type { MessageProducer } from '../producer/index.ts';
import { deadLetterSetup, type TopicSetup } from '../topics/index.ts';
import { ConsumerMetrics, type MetricsPort } from './consumer-metrics.ts';
import { DeadLetters } from './dead-letters.ts';
import { MessageReader } from './message-reader.ts';
import { RecordProcessor, type HandleMessages } from './record-processor.ts';
import { declarationKey, kafkaTransportId, type SubscriptionDeclaration } from './subscribe.decorator.ts';
import { completeOptions, type SubscriptionOptions } from './subscription-options.ts';
import { SubscriptionRunner, type SubscriptionState } from './subscription-runner.ts';

/** What `@Ctx()` gives. */
export class SubscriptionContext extends BaseRpcContext<[group: string, topic: string]> {
  get group(): string {
    return this.args[0];
  }
}

interface Subscription extends SubscriptionDeclaration {
  readonly complete: SubscriptionOptions;
  readonly handler: MessageHandler;
}

export interface KafkaTransportParts {
  readonly client: KafkaClient;
  readonly codec: EventCodec;
  readonly producer: MessageProducer;
  readonly topicSetup: TopicSetup;
  readonly metrics: MetricsPort | undefined;
  readonly clock: Clock;
  readonly onStalled: (error: MessagingError) => void;
}

export interface TransportHealth {
  readonly ok: boolean;
  readonly detail?: string;
}

export class KafkaTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = kafkaTransportId;
  override readonly propagatesEventHandlerErrors = true;
  protected override readonly logger = new Logger('KafkaTransport');
  private readonly subscriptions: Subscription[] = [];
  private readonly closing = new AbortController();
  private runners: SubscriptionRunner[] = [];
  private watch: Promise<void> | undefined;

  constructor(private readonly parts: KafkaTransportParts) {
    super();
  }

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const declaration = extras[declarationKey] as SubscriptionDeclaration | undefined;
    if (!declaration)
      throw new MessagingError(
        'SUBSCRIPTION_INVALID',
        `Handler ${String(pattern)} is not declared by @Subscribe or @SubscribeBatch`,
      );
    const { group } = declaration.options;
    if (this.subscriptions.some(({ complete }) => complete.group === group))
      throw new MessagingError(
        'SUBSCRIPTION_INVALID',
        `Group ${group} has two handlers: give each subscription a group of its own`,
      );
    super.addHandler(pattern, callback, isEventHandler, extras);
    this.subscriptions.push({ ...declaration, handler: callback, complete: completeOptions(declaration.options) });
  }

  /** Sets the topics up, waiting for the broker, and starts consuming. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.parts.topicSetup.ensure(
        this.subscriptions.flatMap(({ topic, complete }) => [topic, deadLetterSetup(topic, complete.group)]),
        this.closing.signal,
      );
      if (!this.closing.signal.aborted) {
        this.runners = this.subscriptions.map((subscription) => this.run(subscription));
        this.watch = this.watchProgress();
      }
      callback();
    } catch (error) {
      callback(error);
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.runners.map((runner) => runner.close()));
    await this.watch;
  }

  on(): never {
    throw new Error('The Kafka transport has no events of its own; see `states`');
  }

  // Nest's signature: the caller says what it expects.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  unwrap<Value>(): Value {
    return this.parts.client as Value;
  }

  /** Each subscription as it is now. */
  states(): SubscriptionState[] {
    return this.runners.map((runner) => runner.state());
  }

  ready(): TransportHealth {
    if (this.runners.length < this.subscriptions.length) return { ok: false, detail: 'the topics are not set up yet' };
    const outside = this.states().filter(({ joined }) => !joined);
    return outside.length === 0
      ? { ok: true }
      : { ok: false, detail: `not joined yet: ${outside.map(({ group }) => group).join(', ')}` };
  }

  live(): TransportHealth {
    const stalled = this.stalledBeyond(1);
    return stalled ? { ok: false, detail: stalled } : { ok: true };
  }

  private stalledBeyond(limits: number): string | undefined {
    for (const [index, { group, stalledMs, stalledBecause }] of this.states().entries())
      if (stalledMs > this.subscriptions[index]!.complete.stallLimitMs * limits)
        return `group ${group}: ${stalledBecause}`;
    return undefined;
  }

  private async watchProgress(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await this.parts.clock.sleep(1_000, this.closing.signal);
      const stalled = this.stalledBeyond(2);
      if (!stalled) continue;
      this.parts.onStalled(new MessagingError('CONSUMER_STALLED', stalled));
      return;
    }
  }

  private run(subscription: Subscription): SubscriptionRunner {
    const { topic, complete, batched } = subscription;
    const { codec, producer, clock, client } = this.parts;
    const metrics = new ConsumerMetrics(complete.group, this.parts.metrics);
    const processor = new RecordProcessor(
      {
        group: complete.group,
        retry: { firstMs: complete.firstRetryMs, maxMs: complete.maxRetryMs },
        classify: complete.classify,
        batched,
      },
      new MessageReader(topic, codec),
      this.handleWith(subscription),
      new DeadLetters(topic, complete.group, producer, clock),
      metrics,
      clock,
    );
    return new SubscriptionRunner(topic.name, complete, batched, client, processor, metrics, clock);
  }

  /** Calls the handler through Nest and waits for what it returns, a promise or an observable, empty or not. */
  private handleWith({ handler, batched, complete, topic }: Subscription): HandleMessages {
    const context = new SubscriptionContext([complete.group, topic.name]);
    return async (messages: readonly TopicMessage[]) => {
      const result: unknown = await handler(batched ? messages : messages[0], context);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    };
  }
}
