import { createAclsApi, ErrorCode } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** CreateAcls (key 30): refused, as Kafka without an authorizer refuses it. An entry that nobody heeds would be a false promise. */
export const createAclsHandler = defineHandler(createAclsApi, ({ creations }) => ({
  results: creations.map(() => ({
    errorCode: ErrorCode.SECURITY_DISABLED,
    errorMessage: 'No Authorizer is configured.',
  })),
}));
