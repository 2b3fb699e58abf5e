/** Token of the running service's `ServiceContext`. */
export const SERVICE_CONTEXT = Symbol('headwater.service-context');

/** What everything in a service may know about the process that it runs in. */
export interface ServiceContext {
  /** The service's name, for example `social-posts`: in logs, client ids and consumer groups. */
  readonly name: string;
  /** Aborted when the service begins to stop; also while it is still starting. */
  readonly stopping: AbortSignal;
  /**
   * Ends the process with exit code 1 after an orderly stop: for a part that cannot go on and that only a restart can
   * mend (a consumer that crashed for good). Never returns to a half-working state.
   */
  readonly fail: (reason: Error) => void;
}
