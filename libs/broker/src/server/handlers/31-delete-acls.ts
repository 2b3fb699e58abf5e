import { deleteAclsApi, ErrorCode } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** DeleteAcls (key 31): refused, as Kafka without an authorizer refuses it. */
export const deleteAclsHandler = defineHandler(deleteAclsApi, ({ filters }) => ({
  filterResults: filters.map(() => ({
    errorCode: ErrorCode.SECURITY_DISABLED,
    errorMessage: 'No Authorizer is configured.',
    matchingAcls: [],
  })),
}));
