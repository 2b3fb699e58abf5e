import { startBroker } from '../broker/index.ts';
import { startReferenceKafka, type RunningReferenceKafka } from '../kafka/index.ts';
import { sharedReferenceKafka } from './shared-reference-kafka.ts';

/** `headwater` is the bundled broker, `apache` is Apache Kafka. */
export type EngineKind = 'headwater' | 'apache';

/** Broker configuration of both engines in a suite that says nothing else. */
export const ENGINE_CONFIG: Readonly<Record<string, string>> = {
  'num.partitions': '2',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '100',
  // At which a hand-over in a next-generation group takes a moment, not seconds.
  'group.consumer.min.heartbeat.interval.ms': '50',
  'group.consumer.heartbeat.interval.ms': '100',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
};

/** A Kafka that a suite runs on. */
export interface KafkaEngine {
  readonly kind: EngineKind;
  readonly host: string;
  readonly port: number;
  /** `host:port`, as clients take it. */
  readonly bootstrapServers: string;
  /** A schema registry beside it: the bundled one in both cases. */
  readonly registryUrl: string;
}

/** An engine that was started, with what ends it. */
export interface StartedEngine extends KafkaEngine {
  close(): Promise<void>;
}

export interface StartEngineOptions {
  /** Instead of {@link ENGINE_CONFIG}: such an Apache Kafka, and one of `own`, is not shared with other files. */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** Nobody else's topics and groups are there. */
  readonly own?: boolean | undefined;
}

/** @throws ReferenceKafkaError when Apache Kafka is there and does not start, and Error when it is absent. */
export async function startEngine(
  kind: EngineKind,
  { config, own = config !== undefined }: StartEngineOptions = {},
): Promise<StartedEngine> {
  const withConfig = config ?? ENGINE_CONFIG;
  if (kind === 'headwater') return { kind, ...(await bundled(withConfig)) };
  const kafka = own ? await ownReference(withConfig) : { ...(await sharedReferenceKafka(withConfig)), close: nothing };
  const [host = '', port = ''] = kafka.bootstrapServers.split(':');
  // Its own topics stay out of the way of the suite's.
  const registry = await startBroker({ flush: 'os' });
  return {
    kind,
    host,
    port: Number(port),
    bootstrapServers: kafka.bootstrapServers,
    registryUrl: registry.registryUrl,
    close: async () => {
      await Promise.all([registry.close(), kafka.close()]);
    },
  };
}

const nothing = (): Promise<void> => Promise.resolve();

async function bundled(config: Readonly<Record<string, string>>): Promise<Omit<StartedEngine, 'kind'>> {
  const broker = await startBroker({ flush: 'os', config });
  const { host, port, bootstrapServers, registryUrl } = broker;
  return { host, port, bootstrapServers, registryUrl, close: () => broker.close() };
}

async function ownReference(config: Readonly<Record<string, string>>): Promise<RunningReferenceKafka> {
  const kafka = await startReferenceKafka({ config });
  if ('absent' in kafka) throw new Error(kafka.absent);
  return kafka;
}
