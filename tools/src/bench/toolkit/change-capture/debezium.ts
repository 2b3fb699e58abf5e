/** Debezium on a standalone worker of Kafka Connect, with the JVM settings of Connect's own script. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { adopt } from '../../load/child.ts';
import type { JavaPeer } from '../peers/java-peer.ts';
import { createSlot, untilStreaming } from './database.ts';
import type { Capturer, CaptureSource, RunningCapturer } from './work.ts';

export type Tuning = 'as it comes' | 'tuned';

type Properties = Readonly<Record<string, string>>;

const jvm = ['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-Djava.awt.headless=true'];

const tunedWorker: Properties = {
  'key.converter.schemas.enable': 'false',
  'value.converter.schemas.enable': 'false',
  'producer.batch.size': String(512 * 1024),
};

const tunedConnector: Properties = {
  'max.batch.size': '8192',
  'max.queue.size': '32768',
  'poll.interval.ms': '10',
};

export function debezium(peer: JavaPeer, folder: string, tuning: Tuning): Capturer {
  return { prepare: createSlot, start: (source) => start(peer, folder, tuning, source) };
}

async function start(peer: JavaPeer, folder: string, tuning: Tuning, source: CaptureSource): Promise<RunningCapturer> {
  const own = path.join(folder, source.name);
  fs.mkdirSync(own, { recursive: true });
  const isTuned = tuning === 'tuned';
  const worker = write(own, 'worker', { ...workerProperties(own, source), ...(isTuned ? tunedWorker : {}) });
  const connector = write(own, 'connector', { ...connectorProperties(source), ...(isTuned ? tunedConnector : {}) });
  const log = fs.openSync(path.join(own, 'connect.log'), 'a');
  const args = [...jvm, peer.logging, '-cp', peer.classPath, 'org.apache.kafka.connect.cli.ConnectStandalone'];
  const child = adopt(spawn(peer.java, [...args, worker, connector], { stdio: ['ignore', log, log] }));
  fs.closeSync(log);
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await Promise.race([
      untilStreaming(source.databaseUrl),
      ended.then(() => Promise.reject(new Error(`Kafka Connect ended: ${complaint(path.join(own, 'connect.log'))}`))),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid!, stop };
}

function workerProperties(folder: string, { bootstrapServers }: CaptureSource): Properties {
  return {
    'bootstrap.servers': bootstrapServers,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'offset.storage.file.filename': path.join(folder, 'offsets'),
    listeners: 'http://127.0.0.1:0',
    'plugin.discovery': 'only_scan',
  };
}

function connectorProperties({ databaseUrl, name, form, topic }: CaptureSource): Properties {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const router = {
    'table.include.list': 'public.router_outbox',
    transforms: 'outbox',
    'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
    'transforms.outbox.route.topic.replacement': topic,
  };
  return {
    name,
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'database.hostname': hostname,
    'database.port': port,
    'database.user': decodeURIComponent(username),
    'database.password': decodeURIComponent(password),
    'database.dbname': pathname.slice(1),
    'plugin.name': 'pgoutput',
    'slot.name': name,
    'publication.name': name,
    'publication.autocreate.mode': 'disabled',
    'snapshot.mode': 'no_data',
    'topic.prefix': name,
    ...(form === 'rows' ? { 'table.include.list': 'public.rows' } : router),
  };
}

function write(folder: string, name: string, properties: Properties): string {
  const file = path.join(folder, `${name}.properties`);
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  fs.writeFileSync(file, lines.join(''), { mode: 0o600 });
  return file;
}

function complaint(log: string): string {
  const lines = fs.readFileSync(log, 'utf8').trim().split('\n');
  return lines.findLast((line) => /ERROR|Exception/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}
