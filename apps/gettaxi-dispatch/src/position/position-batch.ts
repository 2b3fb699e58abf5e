/** Many positions in one request: each is checked and answered for itself, so that a wrong one keeps no other from being recorded. */
import { Problem, readAs } from '@headwater/service-kit';
import { largestBatch, type PositionBatchResponse, type PositionItemResponse } from './position.requests.ts';

/** @throws Problem 400 when the body is no list of 1 to 1,000. */
export async function recordEach<Item extends object>(
  body: object | undefined,
  type: new () => Item,
  record: (item: Item) => Promise<void>,
): Promise<PositionBatchResponse> {
  const given = positionsOf(body);
  return { results: await Promise.all(given.map((each) => recordOne(each, type, record))) };
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

async function recordOne<Item extends object>(
  given: unknown,
  type: new () => Item,
  record: (item: Item) => Promise<void>,
): Promise<PositionItemResponse> {
  try {
    await record(readAs(type, given));
    return { status: 'recorded' };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { status: 'refused', problem: error.document };
  }
}
