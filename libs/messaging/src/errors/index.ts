/** What can go wrong, and which failures may pass. */
export { classifyFailure, FatalHandlerError, type ClassifyFailure, type FailureKind } from './failure-policy.ts';
export { MessagingError, type MessagingErrorCode } from './messaging-error.ts';
