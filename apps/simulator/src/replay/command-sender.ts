import { Agent, request, type Dispatcher } from 'undici';
import { SimulatorError } from '../simulator-error.ts';
import { type ReplayClock } from './replay-clock.ts';
import { type RefusedItem, type TraceEvent } from './trace.ts';

/** What became of a command that got an answer. */
export type SendResult =
  | { readonly outcome: 'acknowledged'; readonly latencyMs: number; readonly refusedItems?: readonly RefusedItem[] }
  | { readonly outcome: 'refused'; readonly status: number; readonly reason: string };

/** Sends one command until it is acknowledged or refused. */
export type SendCommand = (event: TraceEvent) => Promise<SendResult>;

export interface CommandSenderOptions {
  /** Base address of a service. */
  readonly addressOf: (service: string) => string;
  /** Most requests at once; each has a connection. */
  readonly concurrency: number;
  readonly clock: ReplayClock;
  /** 0..1, for the jitter of the pauses. */
  readonly random: () => number;
  /** The replay gives up when nothing at all was acknowledged for so long. */
  readonly giveUpAfterMs: number;
  readonly requestTimeoutMs?: number;
  readonly onRetry?: (reason: string) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 3000;
const DEFAULT_REQUEST_TIMEOUT_MS = 15_000;
const SHOWN_REASON_LENGTH = 300;

/** Answers after which the same request may succeed: the service or what it stands on is away for the moment. */
const RETRIABLE_STATUS = new Set([408, 425, 429]);

/**
 * Delivers commands at least once. Connection errors, time-outs and 5xx answers are met by sending the same request again
 * after a growing pause with jitter: services are killed while a drill runs, and the idempotency key makes the repetition
 * harmless. Any other 4xx is a refusal.
 */
export class CommandSender {
  private readonly options: CommandSenderOptions;
  private readonly agent: Dispatcher;
  private lastProgressMs: number;

  constructor(options: CommandSenderOptions) {
    this.options = options;
    const timeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    this.agent = new Agent({
      connections: options.concurrency,
      pipelining: 1,
      connectTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    this.lastProgressMs = options.clock.nowMs();
  }

  /** @throws SimulatorError when nothing was acknowledged for `giveUpAfterMs`. */
  async send(event: TraceEvent): Promise<SendResult> {
    const { clock } = this.options;
    for (let attempt = 0; ; attempt += 1) {
      const startMs = clock.nowMs();
      const answer = await this.attempt(event);
      if (answer.status < 400) {
        this.lastProgressMs = clock.nowMs();
        return {
          outcome: 'acknowledged',
          latencyMs: this.lastProgressMs - startMs,
          ...(answer.refusedItems.length === 0 ? {} : { refusedItems: answer.refusedItems }),
        };
      }
      if (!isRetriable(answer.status)) return { outcome: 'refused', status: answer.status, reason: answer.reason };
      this.options.onRetry?.(answer.reason);
      this.assertHope(event.service, answer.reason);
      const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS);
      await clock.sleep(longestMs * (0.5 + this.options.random() / 2));
    }
  }

  async close(): Promise<void> {
    await this.agent.close();
  }

  /** One attempt; a connection error counts as status 599. */
  private async attempt(event: TraceEvent): Promise<Answer> {
    try {
      const { statusCode, body } = await request(`${this.options.addressOf(event.service)}${event.path}`, {
        dispatcher: this.agent,
        method: event.method,
        headers: { 'content-type': 'application/json', 'idempotency-key': event.idempotencyKey },
        body: event.method === 'GET' ? null : (event.rawBody ?? JSON.stringify(event.body)),
      });
      const text = await body.text();
      if (statusCode === 409 && event.mayConflict === true) {
        event.onAnswer?.(undefined);
        return { status: 200, reason: '', refusedItems: [] };
      }
      if (statusCode >= 400) return refusal(statusCode, `${statusCode} ${detailOf(text)}`);
      const answer: unknown =
        text === '' || (event.refusedItems ?? event.onAnswer) === undefined ? undefined : JSON.parse(text);
      const refusedItems = event.refusedItems?.(answer) ?? [];
      // The whole batch is sent again for an item that could not be taken just now: the others change nothing then.
      const later = refusedItems.find(({ status }) => isRetriable(status));
      if (later !== undefined) return refusal(later.status, later.reason);
      event.onAnswer?.(answer);
      return { status: statusCode, reason: '', refusedItems };
    } catch (error) {
      const code = Error.isError(error) && 'code' in error ? String(error.code) : '';
      return refusal(599, code || (Error.isError(error) ? error.message : String(error)));
    }
  }

  private assertHope(service: string, reason: string): void {
    const silentMs = this.options.clock.nowMs() - this.lastProgressMs;
    if (silentMs < this.options.giveUpAfterMs) return;
    const seconds = Math.round(silentMs / 1000);
    const message = `${this.options.addressOf(service)} acknowledged nothing for ${seconds} s (last answer: ${reason}). Look at the log of ${service}, then run the same again: what was acknowledged is not counted twice.`;
    throw new SimulatorError('REPLAY_STALLED', message);
  }
}

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly refusedItems: readonly RefusedItem[];
}

function refusal(status: number, reason: string): Answer {
  return { status, reason, refusedItems: [] };
}

function isRetriable(status: number): boolean {
  return status >= 500 || RETRIABLE_STATUS.has(status);
}

/** The words of a problem document, or the beginning of whatever was answered. */
function detailOf(text: string): string {
  try {
    const problem = JSON.parse(text) as { title?: unknown; detail?: unknown };
    if (typeof problem.detail === 'string') return problem.detail.slice(0, SHOWN_REASON_LENGTH);
  } catch {
    // Not a problem document: shown as it is.
  }
  return text.slice(0, SHOWN_REASON_LENGTH).replaceAll('\n', ' ');
}
