/** Broker, registry and connect as processes of their own, a `likes` topic that is full, and a folder for the lake. */
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { likeChanged, topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { addressOf, brokerArguments, startServer, withFolder, type ServerProcess } from '../load/child.ts';

const program = resolve(import.meta.dirname, '../../../../apps/connect/dist/main.js');
const posts = 1_000;
/** Sent before the ones before are acknowledged. */
const sentAtOnce = 20_000;

export interface Stage {
  readonly bootstrapServers: string;
  /** Records in the topic. */
  readonly likes: number;
  readonly lake: string;
  /** Starts connect with the sink. */
  startConnect(): Promise<ServerProcess>;
}

/** Takes everything down afterwards, whatever happens. */
export async function withStage(likes: number, work: (stage: Stage) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const server = await startServer(brokerArguments(join(folder, 'broker'), 'fsync'));
    try {
      const { host, port } = addressOf(server);
      const registryUrl = /\bregistry=(\S+)/.exec(server.readyLine)![1]!;
      const bootstrapServers = `${host}:${port}`;
      await fillLikes(bootstrapServers, registryUrl, likes);
      const lake = join(folder, 'lake');
      const startConnect = (): Promise<ServerProcess> => connectOn(folder, lake, bootstrapServers, registryUrl);
      await work({ bootstrapServers, likes, lake, startConnect });
    } finally {
      await server.stop();
    }
  });
}

function connectOn(
  folder: string,
  lake: string,
  bootstrapServers: string,
  registryUrl: string,
): Promise<ServerProcess> {
  const connectors = join(folder, 'connectors');
  fs.mkdirSync(connectors, { recursive: true });
  fs.writeFileSync(
    join(connectors, 'lake.yaml'),
    'name: lake\nconfig: { connector.class: parquet-sink, topics: likes, lake.url: "${LAKE_URL}", flush.interval.ms: 1000 }\n',
  );
  return startServer([program], undefined, {
    PORT: '0',
    LOG_LEVEL: 'error',
    KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
    SCHEMA_REGISTRY_URL: registryUrl,
    CONNECTORS_FOLDER: connectors,
    QUERIES_FOLDER: join(folder, 'queries'),
    LAKE_URL: lake,
  });
}

async function fillLikes(bootstrapServers: string, registryUrl: string, likes: number): Promise<void> {
  const client = createKafkajsClient({
    clientId: 'bench-lake',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  const codec = new EventCodec(registryUrl);
  await new TopicSetup(client).ensure([topics.likes]);
  await codec.register([topics.likes]);
  const producer = new MessageProducer(client, codec);
  const occurredAt = new Date();
  for (let first = 0; first < likes; first += sentAtOnce) {
    const count = Math.min(sentAtOnce, likes - first);
    const sent = Array.from({ length: count }, (_, at) =>
      producer.send(topics.likes, likeChanged, {
        eventId: `like-${first + at}`,
        postId: `post-${(first + at) % posts}`,
        userId: `user-${first + at}`,
        liked: true,
        occurredAt,
      }),
    );
    await Promise.all(sent);
  }
  await producer.close();
}
