/**
 * Nest's transport for subscriptions: collects the handlers, sets their topics up, and runs one consumer for each.
 *
 * Health: `ready` fails until every group is joined; `live` fails when a subscription makes no progress for its `stallLimitMs`;
 * after twice that `onStalled` is called, for the service to end: never green and wedged. A subscription that its policy stopped
 * makes `live` fail and calls `onStalled` at once.
 */
import { Logger } from '@nestjs/common';
import { BaseRpcContext, Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { EntityManager } from 'typeorm';
import { MessagingError } from '../errors/index.ts';
import type { TopicMessage } from '../message/index.ts';
import { ParkingStore } from '../parking/index.ts';
import type { TopicSetup } from '../topics/index.ts';
import { withDeadline } from './deadline.ts';
import type { DeliveryKinds } from './delivery-kinds.ts';
import type { HandleMessages, HandlingAttempt, TransactionOutput } from './handle-messages.ts';
import type { SubscriptionState } from './member-at-work.ts';
import { RedriveWatch } from './redrive-watch.ts';
import { redriveTopicOf, sideTopicsOf } from './side-topics.ts';
import { startSubscription, type SubscriptionParts } from './start-subscription.ts';
import type { SubscriptionAtWork } from './subscription-at-work.ts';
import { declarationKey, kafkaTransportId, type SubscriptionDeclaration } from './subscribe.decorator.ts';
import { completeOptions, type Delivery, type SubscriptionOptions } from './subscription-options.ts';

/** What `@Ctx()` gives. */
export class SubscriptionContext extends BaseRpcContext<
  [group: string, topic: string, attempt: HandlingAttempt, statements?: RunStatement]
> {
  get group(): string {
    return this.args[0];
  }

  /**
   * Aborts when the subscription's `deadlineMs` have passed. The handler should end then, with an error: the message is not tried
   * again while it runs.
   */
  get signal(): AbortSignal {
    return this.args[2].signal;
  }

  /** 1 for the first attempt. */
  get attempt(): number {
    return this.args[2].attempt;
  }

  /**
   * With `exactly-once-effect`: the EntityManager of the transaction that the message's inbox entry is in. What is done through it
   * happens once; with it goes the outbox. @throws {MessagingError} `SUBSCRIPTION_INVALID` with another delivery.
   */
  get manager(): EntityManager {
    return this.args[2].manager ?? this.lacks('manager', 'exactly-once-effect');
  }

  /**
   * Runs one statement on the service's database and gives its rows. With `exactly-once-effect` it is part of the message's
   * transaction, as what is done through `manager`. Otherwise it is a transaction of its own, on connections that handlers share
   * and on which statements follow each other without a round trip between them: do not use it while the handler holds a
   * transaction of its own open, since it may have to wait for statements that wait for that one's locks.
   *
   * @throws PostgreSQL's error. @throws {MessagingError} `SUBSCRIPTION_INVALID` when the module has no `dataSource`.
   */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const runner = this.args[2].manager?.queryRunner;
    if (runner) return (await runner.query(text, [...values], true)).records as Row[];
    const run = this.args[3];
    if (run) return (await run(text, values)) as readonly Row[];
    throw new MessagingError('SUBSCRIPTION_INVALID', `Group ${this.group}: the module has no dataSource to query`);
  }

  /**
   * With `exactly-once`: takes records that become visible with the message's offset, or never.
   * @throws {MessagingError} `SUBSCRIPTION_INVALID` with another delivery.
   */
  get output(): TransactionOutput {
    return this.args[2].output ?? this.lacks('output', 'exactly-once');
  }

  private lacks(what: string, delivery: Delivery): never {
    throw new MessagingError(
      'SUBSCRIPTION_INVALID',
      `Group ${this.group}: the context has ${what} with delivery '${delivery}' only`,
    );
  }
}

/** Runs a statement in a transaction of its own. */
export type RunStatement = (text: string, values: readonly unknown[]) => Promise<readonly object[]>;

interface Subscription extends SubscriptionDeclaration {
  readonly complete: SubscriptionOptions;
  readonly handler: MessageHandler;
}

export interface KafkaTransportParts extends SubscriptionParts {
  readonly topicSetup: TopicSetup;
  readonly onStalled: (error: MessagingError) => void;
  readonly deliveryKinds: DeliveryKinds;
  /** Where the service has a database. */
  readonly runStatement?: RunStatement | undefined;
}

/** Whether something is well, and what is wrong if not. */
export interface TransportHealth {
  readonly ok: boolean;
  readonly detail?: string;
}

/** Nest's transport strategy for subscriptions: runs a consumer for each `@Subscribe` and `@SubscribeBatch`. */
export class KafkaTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = kafkaTransportId;
  override readonly propagatesEventHandlerErrors = true;
  protected override readonly logger = new Logger('KafkaTransport');
  private readonly subscriptions: Subscription[] = [];
  private readonly closing = new AbortController();
  private runners: SubscriptionAtWork[] = [];
  private watch: Promise<unknown> | undefined;

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
    this.subscriptions.push({
      ...declaration,
      handler: callback,
      complete: completeOptions(declaration.options, this.parts.dataSource !== undefined),
    });
  }

  /** Sets the topics up, waiting for the broker, and starts consuming. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.checkTables();
      await this.parts.topicSetup.ensure(
        this.subscriptions.flatMap(({ topic, complete }) => [topic, ...sideTopicsOf(topic, complete)]),
        this.closing.signal,
      );
      if (!this.closing.signal.aborted) {
        this.runners = this.subscriptions.map((subscription) => this.run(subscription));
        this.watch = Promise.all([this.watchProgress(), this.watchRedrives()]);
      }
      callback();
    } catch (error) {
      callback(error);
    }
  }

  private async checkTables(): Promise<void> {
    const { dataSource } = this.parts;
    if (dataSource && this.subscriptions.some(({ complete }) => complete.policy === 'park'))
      await new ParkingStore(dataSource).check();
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

  /** Stops fetching for a group; what is in memory is finished. @throws {MessagingError} `SUBSCRIPTION_UNKNOWN` */
  pause(group: string): void {
    this.runnerOf(group).pause();
  }

  /** @throws {MessagingError} `SUBSCRIPTION_UNKNOWN` */
  resume(group: string): void {
    this.runnerOf(group).resume();
  }

  private runnerOf(group: string): SubscriptionAtWork {
    const runner = this.runners[this.subscriptions.findIndex(({ complete }) => complete.group === group)];
    if (runner) return runner;
    const groups = this.subscriptions.map(({ complete }) => complete.group).join(', ');
    throw new MessagingError('SUBSCRIPTION_UNKNOWN', `No subscription ${group} runs here; there is: ${groups}`);
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
    for (const [index, { group, stalledMs, stalledBecause, stoppedBecause }] of this.states().entries()) {
      if (stoppedBecause !== undefined && limits === 1) return `group ${group} stopped: ${stoppedBecause}`;
      if (stoppedBecause === undefined && stalledMs > this.subscriptions[index]!.complete.stallLimitMs * limits)
        return `group ${group}: ${stalledBecause}`;
    }
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

  private watchRedrives(): Promise<void> {
    const starts = this.runners.map(
      (runner, index) =>
        [redriveTopicOf(this.subscriptions[index]!.complete.group), () => runner.startRedrive()] as const,
    );
    return new RedriveWatch(this.parts.client, this.parts.clock).run(new Map(starts), this.closing.signal);
  }

  private run(subscription: Subscription): SubscriptionAtWork {
    const { topic, complete, batched } = subscription;
    const onStopped = (reason: string): void =>
      this.parts.onStalled(new MessagingError('SUBSCRIPTION_STOPPED', `group ${complete.group}: ${reason}`));
    const handle = this.handleWith(subscription);
    const toStart = { topic, options: complete, batched, handle, onStopped };
    const { deliveryKinds } = this.parts;
    if (complete.delivery === 'exactly-once') return deliveryKinds.exactlyOnce(toStart, this.parts);
    if (complete.delivery !== 'exactly-once-effect') return startSubscription(toStart, this.parts);
    // Calls share transactions and wait for each other: the deadline is each call's own, and not the lane's.
    const timed = { ...toStart, handle: withDeadline(handle, complete.deadlineMs, this.parts.clock) };
    const options = { ...complete, deadlineMs: undefined };
    // A lane's messages come together, whatever the handler takes: they share a transaction.
    return startSubscription(
      { ...toStart, options, batched: true, handle: deliveryKinds.effects(timed, this.parts) },
      this.parts,
    );
  }

  /** Calls the handler through Nest and waits for what it returns, a promise or an observable, empty or not. */
  private handleWith({ handler, batched, complete, topic }: Subscription): HandleMessages {
    const { runStatement } = this.parts;
    return async (messages: readonly TopicMessage[], attempt) => {
      const context = new SubscriptionContext([complete.group, topic.name, attempt, runStatement]);
      const result: unknown = await handler(batched ? messages : messages[0], context);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    };
  }
}
