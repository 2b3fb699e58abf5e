import { describeAclsApi, ErrorCode } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** DescribeAcls (key 29): nobody checks access here, and Kafka without an authorizer says so too. */
export const describeAclsHandler = defineHandler(describeAclsApi, () => ({
  errorCode: ErrorCode.SECURITY_DISABLED,
  errorMessage: 'No Authorizer is configured on the broker',
  resources: [],
}));
