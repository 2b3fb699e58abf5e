/**
 * Peers that are published as Java artefacts: their jars are resolved once by Maven from tools/peers/NAME/pom.xml into
 * `.headwater/peers/`, a folder for each state of the pom, which appears only when it is whole. Java is the one that runs the reference
 * Kafka.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { findKafka, REFERENCE_VERSION, ReferenceKafkaError } from '@headwater/testkit/kafka';

export interface JavaPeer {
  readonly java: string;
  /** Of its jars. */
  readonly classPath: string;
  /** Its folder under tools/peers. */
  readonly folder: string;
  /** `-D…` that names the log's configuration. */
  readonly logging: string;
}

export type PeerName = 'debezium' | 'kafka-streams';

const root = path.resolve(import.meta.dirname, '../../../../..');
const known = new Map<PeerName, JavaPeer | string>();

/** The peer, or in one line why it cannot be had here. */
export function findJavaPeer(name: PeerName): JavaPeer | string {
  let peer = known.get(name);
  if (peer === undefined) known.set(name, (peer = resolvePeer(name)));
  return peer;
}

function resolvePeer(name: PeerName): JavaPeer | string {
  const java = findJava();
  if ('absent' in java) return java.absent;
  const folder = path.join(root, 'tools/peers', name);
  const pom = path.join(folder, 'pom.xml');
  const state = createHash('sha256').update(fs.readFileSync(pom)).digest('hex').slice(0, 12);
  const jars = path.join(root, '.headwater/peers', `${name}-${state}`);
  const complaint = fs.existsSync(jars) ? undefined : bringJars(name, pom, jars);
  if (complaint !== undefined) return complaint;
  const logging = `-Dlog4j2.configurationFile=${path.join(root, 'tools/kafka/log4j2.properties')}`;
  return { java: java.path, classPath: path.join(jars, '*'), folder, logging };
}

function findJava(): { readonly path: string } | { readonly absent: string } {
  try {
    return { path: findKafka(REFERENCE_VERSION).java };
  } catch (error) {
    if (error instanceof ReferenceKafkaError && error.isAbsence) return { absent: error.message };
    throw error;
  }
}

/** @returns why they could not be had. */
function bringJars(name: string, pom: string, jars: string): string | undefined {
  const partial = `${jars}.${process.pid}.partial`;
  fs.mkdirSync(path.dirname(jars), { recursive: true });
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${partial}`];
    const { error, status, stdout } = spawnSync('mvn', ['-B', '-q', '-f', pom, ...goal], { encoding: 'utf8' });
    if (error !== undefined) return `${name} is not in ${jars} yet, and there is no Maven to bring it`;
    if (status !== 0) {
      const line = stdout.split('\n').find((candidate) => candidate.startsWith('[ERROR]'));
      return `Maven did not bring ${name}: ${line?.replace('[ERROR] ', '').slice(0, 300) ?? 'it said nothing'}`;
    }
    if (!fs.existsSync(jars)) fs.renameSync(partial, jars);
    return undefined;
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
}
