/**
 * Remembers which messages a subscription has processed, in the service's own database: the entry is inserted in the transaction
 * that holds the message's effects, so that both are there or neither, and a redelivery changes nothing.
 */
import type { EntityManager } from 'typeorm';
import type { MessageEnvelope } from '../message/index.ts';

/** @returns the messages that were not processed before, in their order, each id once. Call it first in the transaction. */
export async function takeNewMessages<Message extends Pick<MessageEnvelope, 'messageId'>>(
  manager: EntityManager,
  subscription: string,
  messages: readonly Message[],
): Promise<Message[]> {
  if (messages.length === 0) return [];
  // Sorted, so that two transactions with common ids wait for each other in one order.
  const ids = [...new Set(messages.map(({ messageId }) => messageId))].sort();
  const rows: { message_id: string }[] = await manager.query(
    `INSERT INTO inbox (subscription, message_id)
     SELECT $1, unnest($2::text[])
     ON CONFLICT DO NOTHING
     RETURNING message_id`,
    [subscription, ids],
  );
  const fresh = new Set(rows.map((row) => row.message_id));
  return messages.filter(({ messageId }) => fresh.delete(messageId));
}

/**
 * Forgets entries older than `maxAgeMs`. A message redelivered after that would be processed again, so keep it far above the longest
 * time that a group may lag or be reset by. @returns how many were forgotten.
 */
export async function pruneInbox(manager: EntityManager, maxAgeMs: number): Promise<number> {
  const [, count] = await manager.query<[unknown, number]>(
    `DELETE FROM inbox WHERE received_at < now() - $1 * interval '1 millisecond'`,
    [maxAgeMs],
  );
  return count;
}
