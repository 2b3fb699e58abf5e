/** Where users want to be told. A new channel is told of alerts from now on; one whose target is as it was stays as it is. */
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import { DataSource, type EntityManager } from 'typeorm';
import { NotificationConfig } from '../notification/notification-config.ts';
import { channelKinds, type ChannelKind } from './channel.ts';
import { type ChannelResponse, type SetChannelsRequest } from './channel.requests.ts';

@Injectable()
export class Channels {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(NotificationConfig) private readonly config: NotificationConfig,
  ) {}

  async list(userId: string): Promise<ChannelResponse[]> {
    return await listChannels(this.dataSource.manager, userId);
  }

  /** @throws Problem 422 for e-mail where there is no mail server */
  async set(userId: string, { webhook, email }: SetChannelsRequest): Promise<ChannelResponse[]> {
    if (email && this.config.smtpUrl === undefined)
      throw Problem.unprocessable('email-unavailable', 'This service has no mail server. Leave email out.');
    const targets = new Map<ChannelKind, string>();
    if (webhook) targets.set('webhook', webhook.url);
    if (email) targets.set('email', email.address);
    return await this.dataSource.transaction(async (transaction) => {
      const secrets = new Map<string, string>();
      for (const kind of channelKinds) {
        const target = targets.get(kind);
        if (target === undefined) await removeChannel(transaction, userId, kind);
        else {
          const secret = kind === 'webhook' ? newSecret() : null;
          const isNew = await putChannel(transaction, userId, kind, { target, secret });
          if (isNew && secret !== null) secrets.set(kind, secret);
        }
      }
      const channels = await listChannels(transaction, userId);
      return channels.map((channel) => {
        const secret = secrets.get(channel.kind);
        return secret === undefined ? channel : Object.assign(channel, { secret });
      });
    });
  }
}

/** Standard Webhooks: 24 to 64 random bytes in base64, with a prefix by which they are known. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

async function listChannels(manager: EntityManager, userId: string): Promise<ChannelResponse[]> {
  const rows = await manager.query<
    (Omit<ChannelResponse, 'told' | 'lastError'> & { told: string; last_error: string })[]
  >('SELECT kind, target, told, attempts, last_error FROM channels WHERE user_id = $1 ORDER BY kind DESC', [userId]);
  return rows.map(({ last_error: lastError, told, ...channel }) => ({ ...channel, told: Number(told), lastError }));
}

async function removeChannel(transaction: EntityManager, userId: string, kind: ChannelKind): Promise<void> {
  await transaction.query('DELETE FROM channels WHERE user_id = $1 AND kind = $2', [userId, kind]);
}

/** @returns whether there was none with this target */
async function putChannel(
  transaction: EntityManager,
  userId: string,
  kind: ChannelKind,
  { target, secret }: { readonly target: string; readonly secret: string | null },
): Promise<boolean> {
  const same = await transaction.query<unknown[]>(
    'SELECT FROM channels WHERE user_id = $1 AND kind = $2 AND target = $3 FOR UPDATE',
    [userId, kind, target],
  );
  if (same.length > 0) return false;
  await removeChannel(transaction, userId, kind);
  await transaction.query(
    `INSERT INTO channels (user_id, kind, target, secret, told)
     VALUES ($1, $2, $3, $4, coalesce((SELECT last_number FROM alert_heads WHERE user_id = $1), 0))`,
    [userId, kind, target, secret],
  );
  return true;
}
