/** Batches of reports: each counts for itself, a wrong one keeps no other from being taken. */
import { Problem, readAs } from '@headwater/service-kit';
import { largestBatch } from './report.requests.ts';
import { accepted, type BatchItemResponse, type BatchResponse } from './report.responses.ts';

interface Report {
  readonly impressionId: string;
}

/**
 * @param name of the list in the body.
 * @param publish resolves when the report is durable.
 * @throws Problem 400 when the body is not one list of 1 to 1,000.
 */
export async function takeBatch<R extends Report & object>(
  body: unknown,
  name: string,
  kind: new () => R,
  publish: (report: R) => Promise<void>,
): Promise<BatchResponse> {
  const results = await Promise.all(
    listIn(body, name).map(async (given): Promise<BatchItemResponse> => {
      try {
        const report = readAs(kind, given);
        await publish(report);
        return accepted(report.impressionId);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return { impressionId: idIn(given), status: 'refused', problem: error.document };
      }
    }),
  );
  return { results };
}

function listIn(body: unknown, name: string): readonly unknown[] {
  const { [name]: list, ...rest } = (body ?? {}) as Record<string, unknown>;
  if (Array.isArray(list) && list.length >= 1 && list.length <= largestBatch && Object.keys(rest).length === 0)
    return list;
  const detail = `The request must be {"${name}": […]} with 1 to ${largestBatch} reports and nothing else.`;
  const field = { field: name, pointer: `#/${name}`, detail: `must be a list of 1 to ${largestBatch} reports` };
  throw Problem.badRequest('validation-failed', detail, [field]);
}

function idIn(given: unknown): string | null {
  const { impressionId } = (given ?? {}) as { readonly impressionId?: unknown };
  return typeof impressionId === 'string' ? impressionId.slice(0, 100) : null;
}
