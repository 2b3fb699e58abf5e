/**
 * Says which users have new alerts, in whichever process of this service they were found: PostgreSQL tells all of them when the
 * transaction has committed. A process that loses its connection tells everyone to look once it has another.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type SqlExecutor } from '@headwater/event-sourcing';
import { DataSource } from 'typeorm';
import { type Alert } from './alert.ts';

const retryMs = 500;

type Listener = () => void;

@Injectable()
export class AlertSignal implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(AlertSignal.name);
  private readonly stopping = new AbortController();
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly listenersOfAll = new Set<Listener>();
  private running: Promise<void> | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** In the transaction that writes the alerts: told when it commits. */
  static async raise(transaction: SqlExecutor, alerts: readonly Alert[]): Promise<void> {
    if (alerts.length === 0) return;
    await transaction.query(`SELECT pg_notify('alerts', user_id) FROM unnest($1::text[]) AS changed (user_id)`, [
      [...new Set(alerts.map(({ userId }) => userId))],
    ]);
  }

  /** Calls `listener` when the user may have new alerts, until the function that it returns is called. */
  listen(userId: string, listener: Listener): () => void {
    const ofUser = this.listeners.get(userId) ?? new Set();
    this.listeners.set(userId, ofUser.add(listener));
    return () => {
      ofUser.delete(listener);
      if (ofUser.size === 0 && this.listeners.get(userId) === ofUser) this.listeners.delete(userId);
    };
  }

  /** The same for alerts of any user. */
  listenToAll(listener: Listener): () => void {
    this.listenersOfAll.add(listener);
    return () => this.listenersOfAll.delete(listener);
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.hear(signal);
      } catch (error) {
        if (this.isStopping()) return;
        this.logger.warn(
          `listening for alerts: ${error instanceof Error ? error.message : String(error)}; trying again`,
        );
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Until the connection ends or the service stops. */
  private async hear(signal: AbortSignal): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    const onNotification = ({ payload }: { readonly payload?: string }): void => this.tell(payload);
    let connection: EventEmitter | undefined;
    try {
      connection = (await runner.connect()) as EventEmitter;
      connection.on('notification', onNotification);
      const ended = once(connection, 'end', { signal });
      ended.catch(() => undefined);
      await runner.query('LISTEN alerts');
      this.tellAll();
      await ended;
    } finally {
      connection?.off('notification', onNotification);
      if (!runner.isReleased) {
        await runner.query('UNLISTEN *').catch(() => undefined);
        await runner.release();
      }
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private tell(userId = ''): void {
    for (const listener of this.listeners.get(userId) ?? []) listener();
    for (const listener of this.listenersOfAll) listener();
  }

  private tellAll(): void {
    for (const userId of this.listeners.keys()) this.tell(userId);
    if (this.listeners.size === 0) this.tell();
  }
}
