/**
 * Failures that a client is told of: an HTTP status, Confluent's error code and a text that Confluent's clients know.
 * 404xx: what was asked for is not there; 409: the new schema breaks the rules; 422xx: the request is wrong; 500xx: the
 * store did not answer. Only 500xx are worth another try.
 */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  /** The HTTP status. */
  readonly status: number;
  /** Confluent's code, the status in three digits and two more; or the status alone. */
  readonly code: number;

  constructor(status: number, code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }

  get retriable(): boolean {
    return this.status >= 500;
  }
}

const failure = (code: number, message: string, cause?: unknown): RegistryError =>
  new RegistryError(Math.trunc(code / 100), code, message, cause === undefined ? undefined : { cause });

export const subjectNotFound = (subject: string): RegistryError => failure(40401, `Subject '${subject}' not found.`);
export const versionNotFound = (version: number | 'latest'): RegistryError =>
  failure(40402, `Version ${version === 'latest' ? '-1' : String(version)} not found.`);
export const schemaNotFound = (id?: number): RegistryError =>
  failure(40403, id === undefined ? 'Schema not found' : `Schema ${String(id)} not found`);
export const subjectSoftDeleted = (subject: string): RegistryError =>
  failure(40404, `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`);
export const subjectNotSoftDeleted = (subject: string): RegistryError =>
  failure(40405, `Subject '${subject}' was not deleted first before being permanently deleted`);
export const versionSoftDeleted = (subject: string, version: number): RegistryError =>
  failure(
    40406,
    `Subject '${subject}' Version ${String(version)} was soft deleted.Set permanent=true to delete permanently`,
  );
export const versionNotSoftDeleted = (subject: string, version: number): RegistryError =>
  failure(
    40407,
    `Subject '${subject}' Version ${String(version)} was not deleted first before being permanently deleted`,
  );
export const subjectConfigNotSet = (subject: string): RegistryError =>
  failure(40408, `Subject '${subject}' does not have subject-level compatibility configured`);
export const subjectModeNotSet = (subject: string): RegistryError =>
  failure(40409, `Subject '${subject}' does not have subject-level mode configured`);
export const incompatibleSchema = (subject: string, messages: readonly string[]): RegistryError =>
  new RegistryError(
    409,
    409,
    `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${messages.join(', ')}]`,
  );
/** The schema, or what is asked of it, is wrong: where, and why. */
export const invalidSchema = (message: string, cause?: unknown): RegistryError => failure(42201, message, cause);
export const invalidVersion = (version: string): RegistryError =>
  failure(
    42202,
    `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  );
export const invalidCompatibilityLevel = (): RegistryError =>
  failure(
    42203,
    'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
  );
export const invalidMode = (): RegistryError =>
  failure(42204, 'Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, IMPORT and FORWARD.');
/** The mode of the subject, or the registry's, does not allow it. */
export const operationNotPermitted = (message: string): RegistryError => failure(42205, message);
export const referenceExists = (subject: string, version: number): RegistryError =>
  failure(
    42206,
    `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${String(version)}}.`,
  );
export const invalidSubject = (subject: string): RegistryError =>
  failure(42208, `The specified subject '${subject}' is not a valid.`);
export const schemaTooLarge = (): RegistryError =>
  failure(42209, 'Register operation failed because schema is too large');
/** The log of schemas refused the write: why. */
export const storeFailed = (message: string, cause?: unknown): RegistryError => failure(50001, message, cause);
/** The record did not come back from the log of schemas in time. */
export const storeTimedOut = (message: string): RegistryError => failure(50002, message);
