import type { Bench } from '../bench.ts';
import { alertRows } from './alert-latency.ts';

/** How soon a user is told of what the bank has booked. */
export const bankBench: Bench = {
  name: 'bank',
  about:
    'All of MyBank, each service a process of its own, broker and PostgreSQL included: 500 transactions a second are booked in the ledger, ' +
    'each by a request of its own; every fifth is above its threshold. Measured is the time until the alert is read from the live stream ' +
    'of its user: from the answer of the ledger, when the transaction is committed, and from the request, which includes the booking. The way ' +
    'from the commit has two parts: the change is captured, published, and judged, until the alert is written; then ' +
    'that transaction ends, and the stream tells it.',
  rows: alertRows,
};
