import { ErrorCode } from '../protocol/index.ts';
import type { FindCoordinatorRequest, FindCoordinatorResponse } from './messages.ts';

/** Where clients reach the coordinator: on a single node, always this broker. */
export interface CoordinatorNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** What a key of FindCoordinator names. */
const coordinatorKind = { group: 0, transaction: 1 } as const;

/** FindCoordinator. Version 1 adds transactional ids, version 4 several keys at once (KIP-699). */
export function findCoordinator(
  request: FindCoordinatorRequest,
  apiVersion: number,
  node: CoordinatorNode,
): FindCoordinatorResponse {
  const kinds: readonly number[] = Object.values(coordinatorKind);
  const answer = kinds.includes(request.keyType)
    ? { errorCode: ErrorCode.NONE, errorMessage: apiVersion < 4 ? 'NONE' : '', ...node }
    : {
        errorCode: ErrorCode.INVALID_REQUEST,
        errorMessage: `This broker coordinates groups (0) and transactions (1), not keys of type ${request.keyType}.`,
        nodeId: -1,
        host: '',
        port: -1,
      };
  if (apiVersion < 4) return answer;
  return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...answer })) };
}
