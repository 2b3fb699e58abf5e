/**
 * Effects exactly once (`delivery: 'exactly-once-effect'`): the transport opens the database transaction, takes the messages that
 * are new into the inbox, calls the handler with the transaction's EntityManager, and commits; the offset is committed afterwards.
 *
 * - Messages that wait, of several lanes and partitions, share a transaction: its cost is paid once for all of them.
 * - A failure is narrowed down to its message: what came before it in its lane is done again without it and kept, the message meets
 *   its subscription's policy, and calls of other lanes that shared the transaction are done again on their own.
 * - A handler may be called again for a message whose transaction was rolled back. What it does through the given manager happens
 *   once; what it does elsewhere may happen again.
 *
 * Where effects may happen again (`at-least-once`), a handler's single statements are transactions of their own that share connections
 * and round trips (`context.query`).
 */
export { EffectGroups, type EffectGroupsOptions } from './effect-groups.ts';
export { EffectMetrics } from './effect-metrics.ts';
export { inEffectTransaction } from './effect-transaction.ts';
export { PipelinedStatements } from './pipelined-statements.ts';
