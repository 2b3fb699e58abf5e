/**
 * The code that each lesson shows, by where it is: pulled out of the sources when the page is built, so that it is what runs. A spec
 * finds every piece.
 */
import type { CodeReference } from './code-excerpt.ts';
import type { LessonId } from './lesson-state.ts';

const ROOM = 'apps/console/src/lessons';

export const codeReferences: Readonly<Record<LessonId, readonly CodeReference[]>> = {
  'idempotent-producer': [
    {
      file: 'libs/messaging/src/log-writer/wire-record-writer.ts',
      symbol: 'WireRecordWriter.write',
      about:
        'The toolkit’s producer: sequence numbers go forward only when everything was acknowledged, so that a repetition carries the same.',
    },
    {
      file: 'libs/broker/src/storage/disk-log.ts',
      symbol: 'DiskLog.append',
      about: 'The broker: a batch that it knows is answered with the place that it has, and not written again.',
    },
    {
      file: 'libs/broker/src/storage/producer-state.ts',
      symbol: 'ProducerState.findDuplicate',
      about: 'How it knows a batch: the last five of each producer are remembered.',
    },
    {
      file: `${ROOM}/lossy-line.ts`,
      symbol: 'LossyLine',
      about: 'The fault: a line that cuts the connection in place of an answer.',
    },
  ],
  inbox: [
    {
      file: `${ROOM}/workers/inbox.worker.ts`,
      region: 'at-least-once',
      about: 'Books whatever comes, as often as it comes.',
    },
    {
      file: `${ROOM}/workers/inbox.worker.ts`,
      region: 'with-inbox',
      about: 'Asks the inbox first, in the transaction of the effect.',
    },
    {
      file: 'libs/messaging/src/inbox/inbox.ts',
      symbol: 'takeNewMessages',
      about: 'The inbox: an insert that says which ids are new.',
    },
  ],
  outbox: [
    {
      file: `${ROOM}/outbox.lesson.ts`,
      region: 'one-transaction',
      about: 'A command writes state and event in one transaction.',
    },
    {
      file: 'libs/event-sourcing/src/outbox/outbox.ts',
      symbol: 'Outbox.publish',
      about: 'What it writes: rows, in the caller’s transaction.',
    },
    {
      file: 'libs/event-sourcing/src/outbox/outbox-relay.ts',
      symbol: 'OutboxRelay.turn',
      about: 'A turn of the relay: publish what waits, then mark what the broker has acknowledged.',
    },
    { file: `${ROOM}/workers/outbox.worker.ts`, region: 'relay', about: 'The process that the switch kills.' },
  ],
  'change-capture': [
    { file: 'connectors/mybank-ledger.yaml', about: 'The connector of the demo, which the switch pauses.' },
    {
      file: 'libs/event-sourcing/src/change-capture/publish-changes.ts',
      symbol: 'publishChanges',
      about: 'Committed rows become records, each topic in the order of the commits.',
    },
    {
      file: 'libs/event-sourcing/src/change-capture/change-capture.ts',
      symbol: 'ChangeCapture.prepareSlot',
      about: 'The slot remembers how far the capture has come; a capture that begins again goes on there.',
    },
  ],
  'ordered-parking': [
    {
      file: `${ROOM}/workers/ordered-parking.worker.ts`,
      region: 'parking',
      about: 'All that a service writes: the policy is an option.',
    },
    {
      file: 'libs/messaging/src/consumer/settlement.ts',
      symbol: 'parkSettlement',
      about: 'What becomes of a message that could not be handled: its key is parked.',
    },
    {
      file: 'libs/messaging/src/parking/parked-partition.ts',
      symbol: 'ParkedPartition.append',
      about: 'What follows on a parked key is put behind it, in order.',
    },
    {
      file: 'libs/messaging/src/parking/parked-keys.ts',
      symbol: 'ParkedKeys.release',
      about: 'The operator’s release, with its row of audit.',
    },
  ],
  'exactly-once': [
    {
      file: `${ROOM}/workers/exactly-once.worker.ts`,
      region: 'transaction',
      about: 'Invoice and offset in one transaction, and where it is killed.',
    },
    {
      file: 'libs/messaging/src/exactly-once/transaction-writing.ts',
      symbol: 'TransactionWriting.write',
      about: 'The same for a subscription with exactly-once delivery.',
    },
  ],
  compaction: [
    {
      file: 'libs/broker/src/storage/cleaner/cleanable-part.ts',
      symbol: 'isWorthCleaning',
      about: 'When a log is cleaned.',
    },
    {
      file: 'libs/broker/src/storage/cleaner/cleanable-part.ts',
      symbol: 'cleanablePart',
      about: 'What of it may be cleaned, and how dirty it is.',
    },
    {
      file: 'libs/broker/src/storage/cleaner/log-cleaner.ts',
      symbol: 'LogCleaner.#cleanAll',
      about: 'The dirtiest log first.',
    },
  ],
  rebalance: [
    {
      file: `${ROOM}/rebalance.lesson.ts`,
      region: 'protocols',
      about: 'What a member says to take part in each protocol.',
    },
    {
      file: 'libs/broker/src/group/classic/rebalance.ts',
      symbol: 'prepareRebalance',
      about: 'Classic: the group waits until all members have joined again.',
    },
    {
      file: 'libs/broker/src/group/consumer/reconciliation.ts',
      symbol: 'reconcile',
      about: 'Next generation: one member, step by step, from what it has to what it shall have.',
    },
  ],
  'broker-restart': [
    {
      file: `${ROOM}/broker-restart.lesson.ts`,
      region: 'producer-that-waits',
      about: 'The producer: no answer means again.',
    },
    {
      file: 'libs/broker/src/storage/log-loader.ts',
      symbol: 'LogLoader.#recover',
      about: 'The broker, as it comes back: what was half written is cut off.',
    },
    {
      file: 'libs/platform/src/launcher/part-process.ts',
      symbol: 'PartProcess.crash',
      about: 'The fault: SIGKILL, through the launcher’s control door.',
    },
  ],
};
