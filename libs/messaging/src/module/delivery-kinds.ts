import type { DeliveryKinds } from '../consumer/index.ts';
import { EffectGroups, EffectMetrics } from '../effects/index.ts';
import { MessagingError } from '../errors/index.ts';
import { startTransactional } from '../exactly-once/index.ts';

/** The kinds of delivery that the transport is given: rooms that build on it. */
export const deliveryKinds: DeliveryKinds = {
  effects({ options, batched, handle }, { dataSource, metrics, clock }) {
    const { group, transactions, transactionMessages, classify } = options;
    if (!dataSource) throw new MessagingError('SUBSCRIPTION_INVALID', `Group ${group}: there is no dataSource`);
    const groups = new EffectGroups(
      { group, batched, transactions, maxMessages: transactionMessages, classify },
      dataSource,
      handle,
      new EffectMetrics(group, metrics),
      clock,
    );
    return groups.handle;
  },
  exactlyOnce: startTransactional,
};
