/** Stable codes of why there is no reference Kafka. */
export type ReferenceKafkaErrorCode =
  /** No Java of 17 or newer. */
  | 'JAVA_MISSING'
  /** The artefacts are not in the cache and there is no Maven to resolve them. */
  | 'MAVEN_MISSING'
  /** Maven did not get the artefacts: no network, an unknown version. */
  | 'ARTEFACTS_UNAVAILABLE'
  /** A node ended before it answered, or took too long. */
  | 'START_FAILED'
  /** The folder holds a cluster that runs, or none where one is asked for. */
  | 'CLUSTER_STATE';

/** The reference Kafka cannot do what was asked. The message is one line: what is wrong, where, and what to do. */
export class ReferenceKafkaError extends Error {
  override readonly name = 'ReferenceKafkaError';
  /** When it may work later without a change of the machine. */
  readonly retriable: boolean;

  constructor(
    readonly code: ReferenceKafkaErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = code === 'ARTEFACTS_UNAVAILABLE' || code === 'START_FAILED';
  }

  /** Whether the machine lacks what the reference needs, so that a test may skip. */
  get isAbsence(): boolean {
    return this.code === 'JAVA_MISSING' || this.code === 'MAVEN_MISSING' || this.code === 'ARTEFACTS_UNAVAILABLE';
  }
}
