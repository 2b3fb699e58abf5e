/**
 * Has the owner of a user's positions answer what is asked of them, be it this instance or another.
 *
 * While nobody can (the owner has died and the group has not noticed, or a partition moves and is being restored), a request waits for
 * `ownerWaitMs` and is then refused with 503. A request is forwarded once: an instance that gets one which is not its own refuses it with
 * 421, so that two instances that know different owners cannot send it in circles; the first then looks again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import { StreamsError } from '@headwater/streams';
import type { PartitionPositions } from '../position/partition-positions.ts';
import { OwnedPositions } from './owned-positions.ts';
import { OwnershipConfig } from './ownership.config.ts';

/** Carries the address of the instance that forwards. */
export const forwardedByHeader = 'headwater-forwarded-by';

/** A request to send to another instance. */
export interface ForwardedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: unknown;
}

/** Nobody answered, or not as the owner; another may be by now. */
class OwnerAway extends Error {}

const misdirectedStatus = 421;
const lookAgainMs = 50;
/** Longer than the owner waits for its broker. */
const answerTimeoutMs = 15_000;

@Injectable()
export class OwnerForwarding {
  constructor(
    private readonly owned: OwnedPositions,
    private readonly config: OwnershipConfig,
  ) {}

  /**
   * @param here what to do where the owner is this instance; done once more when ownership was lost before it began.
   * @param there what to do at another's address.
   * @throws Problem 421 when the request was forwarded and is not for this instance; 503 when nobody could answer in time.
   */
  async atOwner<Answer>(
    userId: string,
    isForwarded: boolean,
    here: (positions: PartitionPositions) => Promise<Answer>,
    there: (address: string) => Promise<Answer>,
  ): Promise<Answer> {
    const deadlineMs = Date.now() + this.config.ownerWaitMs;
    for (;;) {
      try {
        const owner = this.owned.ownerOf(userId);
        if (owner?.isSelf) return await here(await this.restored(userId, deadlineMs));
        if (isForwarded) throw notTheOwner();
        if (owner) return await there(owner.address);
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      if (Date.now() >= deadlineMs) throw nobodyAnswers();
      await delay(lookAgainMs);
    }
  }

  /** @throws when the instance is not there, or not the owner; anything else that it answers is its answer. */
  async send(address: string, { method, path, headers, body }: ForwardedRequest): Promise<Response> {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { ...headers, [forwardedByHeader]: this.owned.address },
      signal: AbortSignal.timeout(answerTimeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new OwnerAway(`${address} does not answer`, { cause: error });
    });
    if (response.status !== misdirectedStatus) return response;
    await response.body?.cancel();
    throw new OwnerAway(`${address} is not the owner`);
  }

  private async restored(userId: string, deadlineMs: number): Promise<PartitionPositions> {
    const late = new AbortController();
    const positions = await Promise.race([
      this.owned.of(userId),
      delay(Math.max(deadlineMs - Date.now(), 0), undefined, { signal: late.signal }).catch(() => undefined),
    ]).finally(() => late.abort());
    if (positions) return positions;
    const detail = 'The positions of this user are being read back from the log. Send the same request again shortly.';
    throw Problem.unavailable('positions-restoring', detail);
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof OwnerAway || (error instanceof StreamsError && error.code === 'NOT_OWNED');
}

function notTheOwner(): Problem {
  const detail = 'The positions of this user are not with this instance, and a request is forwarded only once.';
  return new Problem({ status: misdirectedStatus, code: 'not-the-owner', detail });
}

function nobodyAnswers(): Problem {
  const detail =
    'The instance that has the positions of this user does not answer, and no other has taken over yet. Send the same request again shortly.';
  return Problem.unavailable('owner-away', detail);
}
