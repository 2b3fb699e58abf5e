import { ErrorCode, errorName, isRetriable } from '@headwater/broker-core/protocol';
import { expectNone } from '../broker/requests.ts';
import { promise } from '../violation.ts';

const KEPT_REFUSALS = 10;

/** Which errors the actors take for an answer: none, or those of a disk that fails. */
export class Tolerance {
  readonly isTolerant: boolean;
  /** Errors by their name. */
  readonly refusals = new Map<string, number>();
  /** What was refused last, for the message of a failure. */
  readonly lastRefusals: string[] = [];

  constructor(isTolerant: boolean) {
    this.isTolerant = isTolerant;
  }

  get refusedCount(): number {
    return [...this.refusals.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Whether a request was served; a refusal must say that a retry may help. @throws Violation. */
  served(errorCode: number, what: string): boolean {
    if (!this.isTolerant) expectNone(errorCode, what);
    if (errorCode === ErrorCode.NONE) return true;
    promise(isRetriable(errorCode), 'a failing disk is told by an error that may be retried', () => {
      return `${what} was answered ${errorName(errorCode)}`;
    });
    this.#note(errorCode, what);
    return false;
  }

  /** The same for records, which have an error of their own for it. @throws Violation. */
  stored(errorCode: number, what: string): boolean {
    if (!this.isTolerant) expectNone(errorCode, what);
    if (errorCode === ErrorCode.NONE) return true;
    promise(errorCode === ErrorCode.KAFKA_STORAGE_ERROR, 'a failing disk is told by KAFKA_STORAGE_ERROR', () => {
      return `${what} was answered ${errorName(errorCode)}`;
    });
    this.#note(errorCode, what);
    return false;
  }

  #note(errorCode: number, what: string): void {
    const name = errorName(errorCode);
    this.lastRefusals.push(`${what}: ${name}`);
    if (this.lastRefusals.length > KEPT_REFUSALS) this.lastRefusals.shift();
    this.refusals.set(name, (this.refusals.get(name) ?? 0) + 1);
  }
}
