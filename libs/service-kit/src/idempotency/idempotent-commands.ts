/**
 * `Idempotency-Key`: a command that is sent again gets the answer of its first time.
 *
 * The answer is stored in the command's own transaction, so that either both are there or neither is. Of two requests with one
 * key at the same time, the key's row lets one commit; the other is rolled back and answers what the first one did. Failures
 * are not kept: a command that was refused is decided anew.
 *
 * Source: draft-ietf-httpapi-idempotency-key-header.
 */
import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { Problem } from '../problem/index.ts';
import { type CommandAnswer } from './command-answer.ts';

/** A command that a client may send again: done once, and answered alike each time. */
export interface IdempotentCommand {
  /** The header's value; without one the command simply runs. */
  readonly key: string | undefined;
  /** What makes the command this one: route, path parameters and body. */
  readonly content: unknown;
  /** Runs in the transaction in which the answer is kept. */
  readonly run: (transaction: EntityManager) => Promise<CommandAnswer>;
}

interface StoredAnswer extends CommandAnswer {
  readonly fingerprint: string;
}

const keptDays = 7;
const pruneIntervalMs = 60 * 60 * 1000;
const uniqueViolation = '23505';
const keyConstraint = 'idempotency_keys_pkey';

/** Provide it in the service's module; the table comes with `CreateIdempotencyKeys1700000000002`. */
@Injectable()
export class IdempotentCommands implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('IdempotencyKeys');
  private pruning: NodeJS.Timeout | undefined;

  constructor(private readonly dataSource: DataSource) {}

  onModuleInit(): void {
    this.pruning = setInterval(() => void this.prune(), pruneIntervalMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.pruning);
  }

  /** @throws Problem 422 when the key came with another command before; whatever the command throws. */
  async execute({ key, content, run }: IdempotentCommand): Promise<CommandAnswer> {
    if (key === undefined) return await this.dataSource.transaction(run);
    const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    const earlier = await this.earlierAnswer(key, fingerprint);
    if (earlier) return earlier;
    try {
      return await this.dataSource.transaction(async (transaction) => {
        const answer = await run(transaction);
        await transaction.query(
          'INSERT INTO idempotency_keys (key, fingerprint, status, headers, body) VALUES ($1, $2, $3, $4, $5)',
          [key, fingerprint, answer.status, answer.headers, JSON.stringify(answer.body ?? null)],
        );
        return answer;
      });
    } catch (error) {
      // The same request may have been committed meanwhile: then its answer is ours, whatever stopped this one.
      const twin = isTwin(error) ? await this.earlierAnswer(key, fingerprint) : undefined;
      if (twin) return twin;
      throw error;
    }
  }

  private async earlierAnswer(key: string, fingerprint: string): Promise<CommandAnswer | undefined> {
    const [stored] = await this.dataSource.query<StoredAnswer[]>(
      'SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE key = $1',
      [key],
    );
    if (!stored) return undefined;
    if (stored.fingerprint !== fingerprint)
      throw Problem.unprocessable(
        'idempotency-key-reused',
        `Idempotency-Key ${key} came with another command before. Use a new key for a new command.`,
      );
    return { status: stored.status, headers: stored.headers, body: stored.body };
  }

  private async prune(): Promise<void> {
    try {
      await this.dataSource.query('DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(days => $1)', [
        keptDays,
      ]);
    } catch (error) {
      this.logger.warn(`could not prune old keys: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Whether a twin of this request may be the reason: it holds the key's row, or it made what this one wanted to make. */
function isTwin(error: unknown): boolean {
  if (error instanceof Problem) return error.getStatus() === 409;
  if (!(error instanceof QueryFailedError)) return false;
  const { code, constraint } = error.driverError as { code?: string; constraint?: string };
  return code === uniqueViolation && constraint === keyConstraint;
}
