import { Problem } from '@headwater/service-kit';
import { refusalOf, type Refusal } from './cluster-admin.ts';

/** By the broker's names of its errors; all others that it answers are the request's fault. */
const STATUSES: Readonly<Record<string, number>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 404,
  GROUP_ID_NOT_FOUND: 404,
  TOPIC_ALREADY_EXISTS: 409,
  NON_EMPTY_GROUP: 409,
  REBALANCE_IN_PROGRESS: 409,
  UNKNOWN_MEMBER_ID: 409,
};

/** What Kafka said, as a problem document; a Kafka that did not answer is 503. */
export async function askingKafka<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Problem) throw error;
    const refusal = refusalOf(error);
    if (refusal !== undefined) throw refused(refusal);
    const detail = `Kafka did not answer: ${error instanceof Error ? error.message : String(error)}`;
    throw Problem.unavailable('kafka-away', detail, { cause: error });
  }
}

function refused(error: Refusal): Problem {
  const [first = error] = error.errors ?? [];
  const status = STATUSES[first.type ?? ''] ?? 400;
  const code = (first.type ?? 'kafka-refused').toLowerCase().replaceAll('_', '-');
  return new Problem({ status, code, detail: first.message, cause: error });
}
