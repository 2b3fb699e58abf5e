/**
 * Requests before they are sent to an engine. What an engine itself hands out (topic ids, member ids, producer ids, …) differs
 * between the two: a request holds the place where it was answered instead, and is resolved for each engine.
 */
import { encodeBatch, type AnyApi, type BatchInput } from '../../protocol/index.ts';

/** A name that carries the prefix of its sequence, so that sequences do not meet. */
export class OwnName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  toJSON(): string {
    return `<${this.name}>`;
  }
}

/** What the answer to an earlier request says at a place; `otherwise` where there is nothing. */
export class FromAnswer {
  readonly step: number;
  readonly path: readonly (string | number)[];
  readonly otherwise: unknown;

  constructor(step: number, path: readonly (string | number)[], otherwise: unknown) {
    this.step = step;
    this.path = path;
    this.otherwise = otherwise;
  }

  toJSON(): string {
    return `<${this.path.join('.')} of request ${this.step}>`;
  }
}

/** A batch of records, whose fields may be symbols. */
export class SymbolicBatch {
  readonly input: Readonly<Record<string, unknown>>;

  constructor(input: Readonly<Record<string, unknown>>) {
    this.input = input;
  }

  toJSON(): unknown {
    return this.input;
  }
}

/** A request whose body holds symbols. */
export interface SymbolicRequest {
  /** Its number in its sequence, which symbols refer to. */
  readonly step: number;
  readonly api: AnyApi;
  readonly version: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What is known of one engine when a request is resolved for it. */
export interface EngineView {
  readonly prefix: string;
  /** Answers by the number of their request. */
  readonly answers: ReadonlyMap<number, unknown>;
}

/** The request's body, or a part of it, as it is sent to an engine. */
export function resolve(value: unknown, view: EngineView): unknown {
  if (value instanceof OwnName) return `${view.prefix}-${value.name}`;
  if (value instanceof FromAnswer) return resolve(answered(value, view), view);
  if (value instanceof SymbolicBatch) return encodeBatch(resolve(value.input, view) as BatchInput);
  if (Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((child) => resolve(child, view));
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, resolve(child, view)]));
}

function answered({ step, path, otherwise }: FromAnswer, { answers }: EngineView): unknown {
  const found = path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined,
    answers.get(step),
  );
  return found ?? otherwise;
}
