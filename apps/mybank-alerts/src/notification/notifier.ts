/** Tells users of their alerts: takes what is due, at an alert and now and then, and sends some at a time. */
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Metrics } from '@headwater/service-kit';
import { AlertSignal } from '../alert/alert-signal.ts';
import { DeliveryError } from './delivery-error.ts';
import { NotificationConfig } from './notification-config.ts';
import { NotificationQueue, type TakenNotification } from './notification-queue.ts';
import { NotificationSender } from './notification-sender.ts';

const deliveriesAtOnce = 16;
/** How often to look for what has become due by time: retries, windows that ended, leases of processes that died. */
const pollMs = 500;

type Outcome = 'delivered' | 'failed' | 'died';

@Injectable()
export class Notifier implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Notifier.name);
  private readonly underWay = new Set<Promise<void>>();
  private readonly outcomes;
  private polling: NodeJS.Timeout | undefined;
  private stopListening: (() => void) | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private stopped = false;

  constructor(
    private readonly queue: NotificationQueue,
    private readonly sender: NotificationSender,
    private readonly signal: AlertSignal,
    @Inject(NotificationConfig) private readonly config: NotificationConfig,
    metrics: Metrics,
  ) {
    this.outcomes = metrics.counter<'kind' | 'outcome'>({
      name: 'mybank_notifications_total',
      help: 'Attempts to tell a user, by channel and outcome.',
      labelNames: ['kind', 'outcome'],
    });
  }

  onApplicationBootstrap(): void {
    this.stopListening = this.signal.listenToAll(() => this.look());
    this.polling = setInterval(() => this.look(), pollMs).unref();
  }

  /** Waits for what is being sent. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.polling);
    this.stopListening?.();
    await this.looking;
    await Promise.all(this.underWay);
  }

  private look(): void {
    this.lookAgain = true;
    if (this.stopped || this.looking) return;
    this.looking = this.takeAll().finally(() => {
      this.looking = undefined;
    });
  }

  private async takeAll(): Promise<void> {
    try {
      while (this.lookAgain && !this.stopped) {
        this.lookAgain = false;
        const free = deliveriesAtOnce - this.underWay.size;
        if (free === 0) return;
        const taken = await this.queue.take(free);
        for (const notification of taken) this.begin(notification);
        if (taken.length === free) this.lookAgain = true;
      }
    } catch (error) {
      this.logger.warn(`looking for notifications: ${reasonOf(error)}`);
    }
  }

  private begin(notification: TakenNotification): void {
    const delivery = this.deliver(notification)
      .catch((error: unknown) => this.logger.warn(`settling a notification: ${reasonOf(error)}; it comes again`))
      .finally(() => {
        this.underWay.delete(delivery);
        this.look();
      });
    this.underWay.add(delivery);
  }

  private async deliver(notification: TakenNotification): Promise<void> {
    this.outcomes.inc({ kind: notification.kind, outcome: await this.attempt(notification) });
  }

  private async attempt(notification: TakenNotification): Promise<Outcome> {
    try {
      await this.sender.send(notification, notification);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      const { userId, kind, attempts } = notification;
      if (error.retriable && attempts + 1 < this.config.notificationAttempts) {
        await this.queue.failed(notification, error.message);
        return 'failed';
      }
      this.logger.warn(`user ${userId} could not be told by ${kind}: ${error.message}`);
      await this.queue.died(notification, error.message);
      return 'died';
    }
    await this.queue.delivered(notification);
    return 'delivered';
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
