import { describeClusterApi, ErrorCode, type ResponseInput } from '../../protocol/index.ts';
import { CLUSTER_OPERATIONS, OPERATIONS_UNKNOWN } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';

const BROKERS = 1;
const CONTROLLERS = 2;

/** DescribeCluster (key 60, KIP-700): this one node. v1 can ask for controllers (KIP-919), which are not reachable here. */
export const describeClusterHandler = defineHandler(describeClusterApi, (request, { broker, connection }) => {
  const { clusterId } = broker.metadata;
  const { nodeId, host, port } = broker.endpointFor(connection);
  if (request.endpointType === CONTROLLERS)
    return refused(
      ErrorCode.MISMATCHED_ENDPOINT_TYPE,
      'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
    );
  if (request.endpointType !== BROKERS)
    return refused(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE, `Unsupported endpoint type ${request.endpointType}`);
  return {
    errorCode: ErrorCode.NONE,
    clusterId,
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, host, port, rack: null }],
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : OPERATIONS_UNKNOWN,
  };
});

function refused(errorCode: ErrorCode, errorMessage: string): ResponseInput<typeof describeClusterApi> {
  return { errorCode, errorMessage, endpointType: BROKERS, clusterId: '', brokers: [] };
}
