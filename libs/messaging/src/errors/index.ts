export { classifyFailure, FatalHandlerError, type ClassifyFailure, type FailureKind } from './failure-policy.ts';
export { MessagingError, type MessagingErrorCode } from './messaging-error.ts';
