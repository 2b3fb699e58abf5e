import { setTimeout as delay } from 'node:timers/promises';
import {
  apiVersionsApi,
  describeGroupsApi,
  describeTransactionsApi,
  ErrorCode,
  findCoordinatorApi,
  initProducerIdApi,
  type AnyApi,
} from '../protocol/index.ts';
import { Conversation } from './conversation.ts';
import { Normalizer } from './normalization.ts';
import { Session, type Engine, type Scenario } from './session.ts';

const LOOK_MS = 20;

/** A request with what an engine did with it, made comparable. */
export interface Answered {
  readonly label: string;
  readonly api: AnyApi;
  readonly version: number;
  readonly outcome: unknown;
}

/** Versions of each API that an engine serves, by key. */
export type ServedVersions = ReadonlyMap<number, { readonly minVersion: number; readonly maxVersion: number }>;

/** What an engine says that it serves. */
export async function servedVersions({ host, port }: Engine): Promise<ServedVersions> {
  const conversation = new Conversation(host, port);
  const outcome = await conversation.ask(apiVersionsApi, 3, {
    clientSoftwareName: 'conformance',
    clientSoftwareVersion: '1',
  });
  conversation.close();
  if (outcome.kind !== 'answer') throw new Error(`ApiVersions was ${outcome.kind}`);
  return new Map(
    outcome.body.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { minVersion, maxVersion }]),
  );
}

/** The versions of an API that both engines serve and that the broker can write. */
export function commonVersions(api: AnyApi, one: ServedVersions, other: ServedVersions): number[] {
  const [mine, theirs] = [one.get(api.key), other.get(api.key)];
  if (mine === undefined || theirs === undefined) return [];
  const from = Math.max(api.minVersion, mine.minVersion, theirs.minVersion);
  const to = Math.min(api.maxVersion, mine.maxVersion, theirs.maxVersion);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** Runs a scenario in one version on one engine. */
export async function runScenario(engine: Engine, scenario: Scenario, version: number): Promise<Answered[]> {
  const name = scenario.name.replaceAll(/[^a-z]+/g, '-');
  const session = new Session(engine, `cf-${scenario.api.key}-${name}-v${version}`);
  try {
    await scenario.run(session, version);
  } catch (cause) {
    const last = session.entries.at(-1)?.label ?? 'its start';
    throw new Error(`${scenario.api.name} v${version}: ${scenario.name}: failed after '${last}'`, { cause });
  } finally {
    session.close();
  }
  const normalizer = new Normalizer(session.prefix, session.topicNames);
  return session.entries.map(({ outcome, ...entry }) => ({ ...entry, outcome: normalizer.normalize(outcome) }));
}

/** Enough ids for every partition of the transaction log to be asked. */
const MANY = 512;

/** Waits until an engine has loaded every partition of its transaction log. */
async function transactionsServed(session: Session): Promise<void> {
  const transactionalIds = Array.from({ length: MANY }, (_, index) => `${session.prefix}-${index}`);
  await session.prepare(findCoordinatorApi, 4, { keyType: 1, coordinatorKeys: transactionalIds.slice(0, 1) });
  for (;;) {
    const { transactionStates } = await session.prepare(describeTransactionsApi, 0, { transactionalIds });
    const isServed = ({ errorCode }: { readonly errorCode: number }): boolean =>
      errorCode === ErrorCode.TRANSACTIONAL_ID_NOT_FOUND;
    if (transactionStates.every(isServed)) return;
    await delay(LOOK_MS);
  }
}

/** Waits until an engine has its coordinators and its first block of producer ids. */
export async function warmUp(engine: Engine): Promise<void> {
  const session = new Session(engine, 'cf-warm-up');
  try {
    for (;;) {
      const { coordinators } = await session.prepare(findCoordinatorApi, 4, {
        keyType: 0,
        coordinatorKeys: [session.prefix],
      });
      if (coordinators[0]?.errorCode === ErrorCode.NONE) break;
      await delay(LOOK_MS);
    }
    for (;;) {
      const { groups } = await session.prepare(describeGroupsApi, 5, { groups: [session.prefix] });
      if (groups[0]?.errorCode === ErrorCode.NONE) break;
      await delay(LOOK_MS);
    }
    for (;;) {
      const { errorCode } = await session.prepare(initProducerIdApi, 4, {
        transactionalId: null,
        transactionTimeoutMs: 0,
      });
      if (errorCode === ErrorCode.NONE) break;
      await delay(LOOK_MS);
    }
    await transactionsServed(session);
  } finally {
    session.close();
  }
}
