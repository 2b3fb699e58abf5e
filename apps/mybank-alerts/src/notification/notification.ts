/** One telling of a user: usually of one alert, or of several that were over the limit. */
import { messageIdOf } from '@headwater/messaging';
import { alertResponseOf, type AlertResponse } from '../alert/alert.responses.ts';
import { type Alert } from '../alert/alert.ts';
import { type ChannelKind } from '../channel/channel.ts';

/** What a webhook is sent as JSON. */
export interface Notification {
  /** The same at each attempt, so that a receiver knows a repetition. */
  readonly notificationId: string;
  readonly userId: string;
  readonly firstNumber: number;
  readonly lastNumber: number;
  /** How many alerts it stands for. */
  readonly alertCount: number;
  /** The first of them; all are at `GET /users/:userId/alerts`. */
  readonly alerts: readonly AlertResponse[];
}

/** More are told by their numbers alone. */
export const alertsPerNotification = 50;

/** Which alerts of a user, by number, are told where. */
export interface NotificationRange {
  readonly userId: string;
  readonly kind: ChannelKind;
  readonly firstNumber: number;
  readonly lastNumber: number;
}

export const notificationIdOf = ({ userId, kind, firstNumber, lastNumber }: NotificationRange): string =>
  messageIdOf(`${firstNumber}-${lastNumber}`, `notification ${kind} ${userId}`);

/** @param alerts the first `alertsPerNotification` of the range */
export function notificationOf(range: NotificationRange, alerts: readonly Alert[]): Notification {
  const { userId, firstNumber, lastNumber } = range;
  return {
    notificationId: notificationIdOf(range),
    userId,
    firstNumber,
    lastNumber,
    alertCount: lastNumber - firstNumber + 1,
    alerts: alerts.filter(({ number }) => number <= lastNumber).map(alertResponseOf),
  };
}
