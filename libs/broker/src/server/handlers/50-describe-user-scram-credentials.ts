import { describeUserScramCredentialsApi, ErrorCode } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** DescribeUserScramCredentials (key 50, KIP-554): nobody has any. */
export const describeUserScramCredentialsHandler = defineHandler(describeUserScramCredentialsApi, ({ users }) => {
  const names = (users ?? []).map(({ name }) => name);
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: '',
    results: [...new Set(names)].map((user) => ({
      user,
      ...(names.indexOf(user) === names.lastIndexOf(user)
        ? {
            errorCode: ErrorCode.RESOURCE_NOT_FOUND,
            errorMessage: `Attempt to describe a user credential that does not exist: ${user}`,
          }
        : {
            errorCode: ErrorCode.DUPLICATE_RESOURCE,
            errorMessage: `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`,
          }),
      credentialInfos: [],
    })),
  };
});
