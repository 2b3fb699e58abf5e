/** Many positions in one request: each is checked and answered for itself, so that a wrong one keeps no other from being recorded. */
import { Problem, readAs } from '@headwater/service-kit';
import { largestBatch, type PositionBatchResponse, type PositionItemResponse } from './position.requests.ts';

/** What the items of a batch are, and what becomes of those that are right. */
export interface BatchOf<Item extends object> {
  readonly type: new () => Item;
  /** Whether it surely is one; otherwise it is looked at closely. */
  readonly isPlain: (given: unknown) => given is Item;
  readonly record: (items: readonly Item[]) => Promise<void>;
}

/** @throws Problem 400 when the body is no list of 1 to 1,000. */
export async function recordEach<Item extends object>(
  body: object | undefined,
  batch: BatchOf<Item>,
): Promise<PositionBatchResponse> {
  const read = positionsOf(body).map((given) => readItem(given, batch));
  const recorded = await outcomeOf(batch.record(read.filter((item) => !(item instanceof Problem)) as Item[]));
  return { results: read.map((item) => (item instanceof Problem ? refused(item) : recorded)) };
}

function positionsOf(body: object | undefined): readonly unknown[] {
  const { positions, ...rest } = (body ?? {}) as { readonly positions?: unknown };
  const isList = Array.isArray(positions) && positions.length >= 1 && positions.length <= largestBatch;
  if (isList && Object.keys(rest).length === 0) return positions as readonly unknown[];
  const detail = `must be a list of 1 to ${largestBatch} positions`;
  throw Problem.badRequest(
    'validation-failed',
    `The request must be {"positions": […]} and nothing else: it ${detail}.`,
    [{ field: 'positions', pointer: '#/positions', detail }],
  );
}

function readItem<Item extends object>(given: unknown, { type, isPlain }: BatchOf<Item>): Item | Problem {
  if (isPlain(given)) return given;
  try {
    return readAs(type, given);
  } catch (error) {
    return expected(error);
  }
}

async function outcomeOf(recording: Promise<void>): Promise<PositionItemResponse> {
  try {
    await recording;
    return { status: 'recorded' };
  } catch (error) {
    return refused(expected(error));
  }
}

const refused = ({ document }: Problem): PositionItemResponse => ({ status: 'refused', problem: document });

/** @throws what is no expected failure */
function expected(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}
