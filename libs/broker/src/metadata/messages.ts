/** The wire messages that the metadata room answers: requests as they are decoded, answers as they are encoded (defaults may be left out). */
import type {
  alterConfigsApi,
  createPartitionsApi,
  createTopicsApi,
  deleteTopicsApi,
  describeConfigsApi,
  incrementalAlterConfigsApi,
  ResponseInput,
} from '../protocol/index.ts';

export type {
  AlterConfigsRequest,
  CreatePartitionsRequest,
  CreateTopicsRequest,
  DeleteTopicsRequest,
  DescribeConfigsRequest,
  IncrementalAlterConfigsRequest,
} from '../protocol/index.ts';

export type CreateTopicsResponse = ResponseInput<typeof createTopicsApi>;
export type DeleteTopicsResponse = ResponseInput<typeof deleteTopicsApi>;
export type CreatePartitionsResponse = ResponseInput<typeof createPartitionsApi>;
export type DescribeConfigsResponse = ResponseInput<typeof describeConfigsApi>;
export type IncrementalAlterConfigsResponse = ResponseInput<typeof incrementalAlterConfigsApi>;
export type AlterConfigsResponse = ResponseInput<typeof alterConfigsApi>;
