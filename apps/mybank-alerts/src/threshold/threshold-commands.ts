/**
 * Sets and disables thresholds: the event, its row in `thresholds` and the public state into the outbox, in one transaction.
 *
 * When a threshold is in force from is asked of the clock after every judgement has ended that does not see it, and no judgement that
 * follows misses it. So a transaction is judged by the threshold that was in force at its time, however closely the two follow on
 * each other.
 */
import { Injectable } from '@nestjs/common';
import { EventStore, handleCommand, VersionConflictError } from '@headwater/event-sourcing';
import { expectedVersionOf, Problem, versionDiffers } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { waitForJudgements } from '../detection/judgement-lock.ts';
import { SettingsPublisher } from './settings.publisher.ts';
import { applyToThresholds } from './threshold-table.ts';
import {
  thresholdDecider,
  thresholdStream,
  type ThresholdCommand,
  type ThresholdContent,
  type ThresholdState,
} from './threshold.decider.ts';

/** What a command leads to. */
export interface ChangedThreshold {
  readonly state: ThresholdState;
  readonly version: number;
  /** Whether it was not in force before. */
  readonly enabled: boolean;
}

/** When it happened, if not now, and the version that is to be changed. */
export interface ChangeOptions {
  readonly occurredAt: string | undefined;
  readonly ifMatch: string | undefined;
}

@Injectable()
export class ThresholdCommands {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
    private readonly settings: SettingsPublisher,
  ) {}

  /** @throws Problem 409 when it changed after `occurredAt`, 412 when it is another version, 422 for a time to come */
  async set(content: ThresholdContent, options: ChangeOptions): Promise<ChangedThreshold> {
    const amount = withTwoDecimals(content.amount);
    return await this.change(content, options, (at) => ({ type: 'set', content: { ...content, amount }, at }));
  }

  /** @throws Problem as above; 404 when there never was one */
  async disable(userId: string, accountId: string, options: ChangeOptions): Promise<ChangedThreshold> {
    return await this.change({ userId, accountId }, options, (at) => ({ type: 'disable', userId, accountId, at }));
  }

  private async change(
    { userId, accountId }: { readonly userId: string; readonly accountId: string },
    { occurredAt, ifMatch }: ChangeOptions,
    commandAt: (at: string) => ThresholdCommand,
  ): Promise<ChangedThreshold> {
    const expectedVersion = expectedVersionOf(ifMatch);
    return await this.dataSource.transaction(async (transaction) => {
      const now = await waitForJudgements(transaction);
      const at = occurredAt === undefined ? now : pastMoment(occurredAt, now);
      try {
        const { state, version, events } = await handleCommand(this.store, {
          decider: thresholdDecider,
          streamId: thresholdStream(userId, accountId),
          command: commandAt(at),
          transaction,
          ...(expectedVersion === undefined ? {} : { expectedVersion }),
        });
        for (const event of events) {
          await applyToThresholds(transaction, event, version);
          await this.settings.publish(transaction, userId, event.eventId, new Date(at));
        }
        return { state, version, enabled: events.some(({ type }) => type === 'ThresholdEnabled') };
      } catch (error) {
        throw error instanceof VersionConflictError ? versionDiffers('The threshold', ifMatch) : error;
      }
    });
  }
}

/** A moment that a client names. What is to come is told when it has come. */
function pastMoment(occurredAt: string, now: string): string {
  const at = new Date(occurredAt).toISOString();
  if (at <= now) return at;
  throw Problem.unprocessable(
    'occurred-in-the-future',
    `occurredAt ${at} is still to come: it is ${now}. Leave it out for now.`,
  );
}

/** `1000` as `1000.00`, so that equal amounts are equal texts. */
function withTwoDecimals(amount: string): string {
  const [whole = '', fraction = ''] = amount.split('.');
  return `${BigInt(whole)}.${fraction.padEnd(2, '0')}`;
}
