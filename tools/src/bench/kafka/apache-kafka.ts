/** Apache Kafka as its own scripts start it: a heap of 1 GB, their garbage collector, one node that is broker and controller. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findKafka, type KafkaProgram, REFERENCE_VERSION, ReferenceCluster } from '@headwater/testkit/kafka';
import { adopt } from '../load/child.ts';
import { type Address, request } from '../load/client.ts';
import { int32 } from '../load/primitives.ts';
import type { Server } from '../load/servers.ts';
import { apiVersionsFrame, frame } from '../load/wire.ts';

const collector = [
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
];

/** The program with the JVM settings of `kafka-server-start.sh`. @throws ReferenceKafkaError when Java or Kafka is absent. */
export function serverProgram(onProgress: (line: string) => void): KafkaProgram {
  return withJvm(findKafka(REFERENCE_VERSION, onProgress), ['-Xmx1G', '-Xms1G', ...collector]);
}

/** The same program with the JVM settings that Kafka's scripts give its command-line tools. */
export function toolProgram(program: KafkaProgram): KafkaProgram {
  return withJvm(program, ['-Xmx512M', ...collector]);
}

function withJvm(program: KafkaProgram, jvmArguments: readonly string[]): KafkaProgram {
  const others = program.javaArguments.filter(
    (argument) => !argument.startsWith('-X') && !collector.includes(argument),
  );
  return { ...program, javaArguments: [...jvmArguments, ...others] };
}

const deadlineMs = 60_000;

/** Starts Kafka on a new folder, formatted before its time begins to count. */
export async function startApacheKafka(
  program: KafkaProgram,
  folder: string,
  config: Readonly<Record<string, string>>,
): Promise<Server> {
  const cluster = await ReferenceCluster.create(folder, program, { brokers: 1, config });
  const { nodeId, port } = cluster.nodes[0]!;
  const log = fs.openSync(join(folder, 'kafka.log'), 'a');
  const properties = join(folder, `node-${nodeId}`, 'server.properties');
  const startedMs = performance.now();
  const child = adopt(
    spawn(program.java, [...program.javaArguments, 'kafka.Kafka', properties], { stdio: ['ignore', log, log] }),
  );
  fs.closeSync(log);
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    await ended;
  };
  const address = { host: '127.0.0.1', port };
  await untilItAnswers(address, startedMs, () => child.exitCode !== null);
  return { address, pid: child.pid!, startedMs, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

async function untilItAnswers(address: Address, startedMs: number, isOver: () => boolean): Promise<void> {
  for (;;) {
    try {
      await request(address, apiVersionsFrame());
      return;
    } catch {
      if (isOver() || performance.now() - startedMs > deadlineMs)
        throw new Error(`Apache Kafka did not answer at ${address.host}:${address.port}`);
      await delay(2);
    }
  }
}

/** Resolves when topics can be created: a node that answers is not yet a broker that takes partitions. */
export async function untilReady(address: Address): Promise<void> {
  // Metadata v1 of no topic: the answer begins with the number of brokers.
  while ((await request(address, frame(3, 1, [int32(0)]))).readInt32BE(4) === 0) await delay(20);
}
