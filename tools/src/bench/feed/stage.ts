/** PostgreSQL, broker and registry as processes of their own, and a `likes` topic that is full. */
import { join } from 'node:path';
import { likeChanged, topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { startPostgres } from '@headwater/testkit/postgres';
import { addressOf, brokerArguments, startServer, withFolder } from '../load/child.ts';

const posts = 1_000;

export interface Stage {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  readonly databaseUrl: string;
  /** Records in the topic. */
  readonly likes: number;
}

/** Takes everything down afterwards, whatever happens. */
export async function withStage(likes: number, work: (stage: Stage) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    await using stack = new AsyncDisposableStack();
    const postgres = stack.use(await startPostgres({ directory: join(folder, 'postgres') }));
    const server = await startServer(brokerArguments(join(folder, 'broker'), 'fsync'));
    stack.defer(() => server.stop());
    const { host, port } = addressOf(server);
    const registryUrl = /\bregistry=(\S+)/.exec(server.readyLine)![1]!;
    const bootstrapServers = `${host}:${port}`;
    await fillLikes(bootstrapServers, registryUrl, likes);
    await work({ bootstrapServers, registryUrl, likes, databaseUrl: await postgres.createDatabase('feed') });
  });
}

async function fillLikes(bootstrapServers: string, registryUrl: string, likes: number): Promise<void> {
  const client = createKafkajsClient({
    clientId: 'bench-feed',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  const codec = new EventCodec(registryUrl);
  await new TopicSetup(client).ensure([topics.posts, topics.likes, topics.comments]);
  await codec.register([topics.likes]);
  const producer = new MessageProducer(client, codec);
  const occurredAt = new Date();
  const sent = Array.from({ length: likes }, (_, number) =>
    producer.send(topics.likes, likeChanged, {
      eventId: `like-${number}`,
      postId: `post-${number % posts}`,
      userId: `user-${number}`,
      liked: true,
      occurredAt,
    }),
  );
  await Promise.all(sent);
  await producer.close();
}
