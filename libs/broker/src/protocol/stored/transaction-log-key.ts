import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** Key of a transactional id in `__transaction_state`, behind its version as an int16. */
export const transactionLogKey = defineMessage({
  key: 0,
  name: 'TransactionLogKey',
  versions: '0',
  fields: {
    transactionalId: { type: 'string', versions: '0' },
  },
});

export type TransactionLogKey = MessageOf<typeof transactionLogKey>;
