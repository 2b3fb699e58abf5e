/** `npm run kafka -- up|down|status|kill N|start N`: a real Apache Kafka beside the bundled broker. Its processes outlive the command. */
import { resolve } from 'node:path';
import { findKafka, ReferenceCluster, ReferenceKafkaError } from '@headwater/testkit/kafka';
import { HELP, parseCommandLine, UsageError, type Command } from './command-line.ts';

const root = resolve(import.meta.dirname, '../../..');

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function up({ folder, brokers, version, config }: Extract<Command, { kind: 'up' }>): Promise<void> {
  const program = findKafka(version, say);
  const cluster = await ReferenceCluster.create(folder, program, { brokers, config });
  const startedMs = performance.now();
  try {
    await cluster.start(program);
  } catch (error) {
    await cluster.stopNodes();
    throw error;
  }
  const startMs = Math.round(performance.now() - startedMs);
  say(`ready kafka=${cluster.bootstrapServers.join(',')} version=${version} startMs=${startMs}`);
}

async function onCluster(command: Exclude<Command, { kind: 'up' | 'help' }>): Promise<void> {
  const cluster = ReferenceCluster.find(command.folder);
  if (cluster === undefined) {
    if (command.kind === 'down' || command.kind === 'status') {
      say(`No Kafka in ${command.folder}`);
      return;
    }
    throw new ReferenceKafkaError(
      'CLUSTER_STATE',
      `There is no Kafka in ${command.folder}: start one with \`npm run kafka -- up\`.`,
    );
  }
  switch (command.kind) {
    case 'down':
      await cluster.down();
      say(`Ended; nothing of it is left in ${command.folder}`);
      return;
    case 'kill':
      await cluster.kill(command.nodeId);
      say(`Killed node ${command.nodeId}`);
      return;
    case 'start':
      await cluster.start(findKafka(cluster.version, say), [command.nodeId]);
      say(`Node ${command.nodeId} answers`);
      return;
    case 'status':
      await showStatus(cluster);
  }
}

async function showStatus(cluster: ReferenceCluster): Promise<void> {
  say(`Apache Kafka ${cluster.version} in ${cluster.folder}`);
  for (const { nodeId, pid, knownBrokers } of await cluster.status()) {
    const address = cluster.addressOf(nodeId);
    const state =
      pid === undefined
        ? 'does not run'
        : `process ${pid}, ${knownBrokers === 0 ? 'does not answer' : `knows ${knownBrokers} brokers`}`;
    say(`node ${nodeId}  ${address}  ${state}`);
  }
}

try {
  const command = parseCommandLine(process.argv.slice(2), root);
  if (command.kind === 'help') process.stdout.write(HELP);
  else if (command.kind === 'up') await up(command);
  else await onCluster(command);
} catch (error) {
  if (!(error instanceof ReferenceKafkaError) && !(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
