/** What an operator has set for one group (resource type GROUP of the configuration APIs); undefined: as the broker has it. */
export interface GroupSettings {
  /** `consumer.session.timeout.ms`. */
  readonly sessionTimeoutMs?: number | undefined;
  /** `consumer.heartbeat.interval.ms`. */
  readonly heartbeatIntervalMs?: number | undefined;
  /** `consumer.assignment.interval.ms`. */
  readonly assignmentIntervalMs?: number | undefined;
}
