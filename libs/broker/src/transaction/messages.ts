/** The wire messages that the transaction room answers: requests as they are decoded, answers as they are encoded. */
import type {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  describeTransactionsApi,
  endTxnApi,
  initProducerIdApi,
  listTransactionsApi,
  ResponseInput,
} from '../protocol/index.ts';

export type {
  AddOffsetsToTxnRequest,
  AddPartitionsToTxnRequest,
  DescribeTransactionsRequest,
  EndTxnRequest,
  InitProducerIdRequest,
  ListTransactionsRequest,
} from '../protocol/index.ts';

export type AddOffsetsToTxnResponse = ResponseInput<typeof addOffsetsToTxnApi>;
export type AddPartitionsToTxnResponse = ResponseInput<typeof addPartitionsToTxnApi>;
export type DescribeTransactionsResponse = ResponseInput<typeof describeTransactionsApi>;
export type EndTxnResponse = ResponseInput<typeof endTxnApi>;
export type InitProducerIdResponse = ResponseInput<typeof initProducerIdApi>;
export type ListTransactionsResponse = ResponseInput<typeof listTransactionsApi>;
