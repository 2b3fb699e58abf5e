import { describeClusterApi, ErrorCode } from '../../protocol/index.ts';
import { CLUSTER_OPERATIONS, OPERATIONS_UNKNOWN } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';

const BROKERS = 1;

/** DescribeCluster (key 60, KIP-700): this one node. v1 can ask for controllers (KIP-919), which are not reachable here. */
export const describeClusterHandler = defineHandler(describeClusterApi, (request, { broker, connection }) => {
  const { clusterId } = broker.metadata;
  const { nodeId, host, port } = broker.endpointFor(connection);
  if (request.endpointType !== BROKERS)
    return {
      errorCode: ErrorCode.MISMATCHED_ENDPOINT_TYPE,
      errorMessage: 'The request was sent to an endpoint of a broker, and asks for controllers',
      endpointType: request.endpointType,
      clusterId,
      brokers: [],
    };
  return {
    errorCode: ErrorCode.NONE,
    clusterId,
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, host, port, rack: null }],
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : OPERATIONS_UNKNOWN,
  };
});
