import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { absenceOfKafka, findKafka, REFERENCE_VERSION } from './kafka-program.ts';
import { ReferenceCluster } from './reference-cluster.ts';
import { ReferenceKafkaError } from './reference-kafka-error.ts';

/** Which Apache Kafka to start, and how. */
export interface StartReferenceKafkaOptions {
  /** 1 (the default) or 3: three replicas each, two of them in sync at least. */
  readonly brokers?: 1 | 3;
  /** Default: the version that the project is compared with. */
  readonly version?: string;
  /** Kafka's broker configuration by its own names. */
  readonly config?: Readonly<Record<string, string>>;
  /** Where its data and logs are; default: a new temporary folder. Removed when it ends. */
  readonly folder?: string;
}

/** An Apache Kafka that serves. */
export interface RunningReferenceKafka extends AsyncDisposable {
  /** `host:port` of each broker, with commas between. */
  readonly bootstrapServers: string;
  readonly version: string;
  /** Where its data and logs are while it runs. */
  readonly folder: string;
  /** Kills it and removes its folder. May be called again. */
  close(): Promise<void>;
}

/** Why there is none: Java, Maven or the artefacts are not on this machine. */
export interface AbsentReferenceKafka {
  readonly absent: string;
}

/** How often a start is tried when it fails, since a port may be taken between its choice and its use. */
const ATTEMPTS = 2;

/** Waits for the end of its starter, however that ends; then kills the processes and removes the folder. */
const GUARD = `read -r line; folder="$1"; shift; kill -KILL "$@" 2>/dev/null; sleep 0.2; rm -rf "$folder"`;

/**
 * A real Apache Kafka on free ports with a temporary folder, for tests, which skip with the reason where it is absent. It
 * does not outlive the process that started it.
 *
 * @throws ReferenceKafkaError when it is there and does not start.
 */
export async function startReferenceKafka(
  options: StartReferenceKafkaOptions = {},
): Promise<RunningReferenceKafka | AbsentReferenceKafka> {
  const absent = absenceOfKafka(options.version);
  if (absent !== undefined) return { absent };
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!(error instanceof ReferenceKafkaError)) throw error;
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOnce({
  brokers = 1,
  version = REFERENCE_VERSION,
  config = {},
  folder = mkdtempSync(path.join(tmpdir(), 'headwater-reference-kafka-')),
}: StartReferenceKafkaOptions): Promise<RunningReferenceKafka> {
  const program = findKafka(version);
  let cluster: ReferenceCluster | undefined;
  try {
    cluster = await ReferenceCluster.create(folder, program, { brokers, config });
    const starting = cluster.start(program);
    const guard = guardOf(folder, await cluster.status());
    await starting;
    return running(cluster, guard);
  } catch (error) {
    await end(cluster);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function running(cluster: ReferenceCluster, guard: ChildProcess): RunningReferenceKafka {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= end(cluster).then(() => void guard.kill('SIGKILL')));
  return {
    bootstrapServers: cluster.bootstrapServers.join(','),
    version: cluster.version,
    folder: cluster.folder,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Nobody reads its data any more: an orderly stop would only take longer. */
async function end(cluster: ReferenceCluster | undefined): Promise<void> {
  if (cluster === undefined) return;
  const alive = (await cluster.status()).filter(({ pid }) => pid !== undefined);
  await Promise.all(alive.map(({ nodeId }) => cluster.kill(nodeId)));
  cluster.remove();
}

function guardOf(folder: string, nodes: readonly { readonly pid: number | undefined }[]): ChildProcess {
  const pids = nodes.flatMap(({ pid }) => (pid === undefined ? [] : [String(pid)]));
  const guard = spawn('/bin/sh', ['-c', GUARD, 'kafka-guard', folder, ...pids], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  guard.stdin.on('error', () => undefined);
  return guard;
}
