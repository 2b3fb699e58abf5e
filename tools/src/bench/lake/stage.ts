/** Broker, registry and connect as processes of their own, a `likes` topic that is written, and a folder for the lake. */
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { addressOf, brokerArguments, startServer, withFolder, type ServerProcess } from '../load/child.ts';
import { LikeWriter } from './like-writer.ts';

const program = resolve(import.meta.dirname, '../../../../apps/connect/dist/main.js');
/** Of those that are there before anybody reads. */
const writtenAtOnce = 20_000;

export interface Stage {
  readonly bootstrapServers: string;
  /** Records that are in the topic at the beginning. */
  readonly likes: number;
  readonly lake: string;
  /** Writes more of them. */
  readonly writer: LikeWriter;
  /** Starts connect with the sink. */
  startConnect(): Promise<ServerProcess>;
}

/** Takes everything down afterwards, whatever happens. */
export async function withStage<Result>(likes: number, work: (stage: Stage) => Promise<Result>): Promise<Result> {
  return await withFolder(async (folder) => {
    const server = await startServer(brokerArguments(join(folder, 'broker'), 'fsync'));
    try {
      const { host, port } = addressOf(server);
      const registryUrl = /\bregistry=(\S+)/.exec(server.readyLine)![1]!;
      const bootstrapServers = `${host}:${port}`;
      const writer = await LikeWriter.open(bootstrapServers, registryUrl);
      while (writer.written < likes) await writer.write(Math.min(writtenAtOnce, likes - writer.written));
      const lake = join(folder, 'lake');
      const startConnect = (): Promise<ServerProcess> => connectOn(folder, lake, bootstrapServers, registryUrl);
      const result = await work({ bootstrapServers, likes, lake, writer, startConnect });
      await writer.close();
      return result;
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
