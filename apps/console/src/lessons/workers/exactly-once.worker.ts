/**
 * Reads orders, writes an invoice for each, and commits the invoice and the order's offset as one Kafka transaction. Told so, it stops
 * between the write and the commit, where it is killed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createKafkajsClient, systemClock, type TransactionalWriter } from '@headwater/messaging';
import { followTopic } from '../log-follower.ts';
import { workForLesson } from './worker-channel.ts';

const POLL_MS = 20;
const TRANSACTION_TIMEOUT_MS = 10_000;

void workForLesson(async ({ bootstrapServers, names }, tell) => {
  const { orders = '', invoices = '', group = '', transactionalId = '' } = names;
  const kafka = createKafkajsClient({ clientId: 'lesson-invoices', bootstrapServers, clock: systemClock });
  // Fences the writer of a process that was killed, and aborts what that one left open.
  const writer = await kafka.openTransactionalWriter({
    transactionalId,
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  const committed = await kafka.committedOffsets(group, orders, [0]);
  let next = Math.max(Number(committed.get(0) ?? 0n), 0);
  let isToStop = false;
  let isClosing = false;
  const waiting: string[] = [];
  const follower = followTopic(kafka, orders, 1, 'read-committed', ({ offset, key }) => {
    if (offset >= next) waiting.push(key);
  });

  // #region transaction
  async function invoice(order: string, offset: number, transaction: TransactionalWriter): Promise<void> {
    await transaction.begin();
    await transaction.write(invoices, [{ key: order, value: Buffer.from(`invoice of order ${order}`) }]);
    tell({ kind: 'written', key: order });
    if (isToStop) {
      tell({ kind: 'stopped', key: order });
      await new Promise(() => undefined);
    }
    const membership = { groupId: group, memberId: '', generation: -1 };
    await transaction.sendOffsets(membership, orders, new Map([[0, BigInt(offset + 1)]]));
    await transaction.commit();
  }
  // #endregion

  const working = (async () => {
    while (!isClosing) {
      const order = waiting.shift();
      if (order === undefined) {
        await delay(POLL_MS);
        continue;
      }
      await invoice(order, next, writer);
      next += 1;
      tell({ kind: 'committed', key: order });
    }
  })();
  working.catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
  return {
    onWord: ({ kind }) => {
      isToStop = kind === 'stop-in-the-middle';
    },
    close: async () => {
      isClosing = true;
      await Promise.race([working, delay(1000)]);
      await follower.close();
      await writer.close();
    },
  };
});
