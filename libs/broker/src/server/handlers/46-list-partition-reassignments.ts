import { ErrorCode, listPartitionReassignmentsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** ListPartitionReassignments (key 46, KIP-455): on one node none is ever under way. */
export const listPartitionReassignmentsHandler = defineHandler(listPartitionReassignmentsApi, () => ({
  errorCode: ErrorCode.NONE,
  errorMessage: null,
  topics: [],
}));
