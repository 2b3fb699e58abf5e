/**
 * The program: a Java and the jars of one version of Apache Kafka.
 *
 * The jars are resolved once by Maven from tools/kafka/pom.xml into `.headwater/kafka/VERSION/`, a folder that appears only
 * when it is whole.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ReferenceKafkaError } from './reference-kafka-error.ts';

/** The version that the project is compared with. */
export const REFERENCE_VERSION = '4.3.1';

export interface KafkaProgram {
  readonly version: string;
  readonly java: string;
  /** Arguments of `java` before the name of a main class. */
  readonly javaArguments: readonly string[];
}

const OLDEST_JAVA = 17;

const root = path.resolve(import.meta.dirname, '../../../..');
const pom = path.join(root, 'tools/kafka/pom.xml');
const logging = path.join(root, 'tools/kafka/log4j2.properties');
/** Small and quick to start: several of them share a machine with the tests. */
const JVM_ARGUMENTS = ['-Xmx512M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/**
 * Finds Java and the jars, which Maven brings when they are not there yet.
 *
 * @param onProgress told before something that takes long.
 * @throws ReferenceKafkaError that names what is absent.
 */
export function findKafka(version: string, onProgress: (line: string) => void = () => undefined): KafkaProgram {
  if (!/^4\.\d+\.\d+$/.test(version))
    throw new ReferenceKafkaError('ARTEFACTS_UNAVAILABLE', `'${version}' is no version of Apache Kafka 4: try 4.3.1.`);
  const java = findJava();
  const jars = path.join(root, '.headwater/kafka', version);
  if (!existsSync(jars)) resolveJars(version, jars, onProgress);
  const javaArguments = [...JVM_ARGUMENTS, `-Dlog4j2.configurationFile=${logging}`, '-cp', path.join(jars, '*')];
  return { version, java, javaArguments };
}

/** Set by `npm test` when the artefacts could not be had, so that not every suite tries again; the reason. */
const ABSENCE_VARIABLE = 'HEADWATER_APACHE_KAFKA_ABSENT';

/** Why there is no Apache Kafka to compare with, in one line that says what to do; undefined when there is one. */
export function absenceOfKafka(
  version: string = REFERENCE_VERSION,
  onProgress?: (line: string) => void,
): string | undefined {
  const known = process.env[ABSENCE_VARIABLE];
  if (known !== undefined && known !== '') return known;
  try {
    findKafka(version, onProgress);
    return undefined;
  } catch (error) {
    if (error instanceof ReferenceKafkaError && error.isAbsence) return error.message;
    throw error;
  }
}

function findJava(): string {
  const home = process.env['JAVA_HOME'];
  const java = home === undefined || home === '' ? 'java' : path.join(home, 'bin/java');
  const remedy = `install one (Debian: apt install openjdk-${OLDEST_JAVA}-jre-headless) or set JAVA_HOME`;
  const { error, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  if (error !== undefined)
    throw new ReferenceKafkaError(
      'JAVA_MISSING',
      `Apache Kafka needs Java ${OLDEST_JAVA} or newer, and there is none: ${remedy}.`,
    );
  const release = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (release < OLDEST_JAVA)
    throw new ReferenceKafkaError(
      'JAVA_MISSING',
      `Apache Kafka needs Java ${OLDEST_JAVA} or newer, and '${java}' is ${release}: ${remedy}.`,
    );
  return java;
}

function resolveJars(version: string, jars: string, onProgress: (line: string) => void): void {
  const partial = `${jars}.${process.pid}.partial`;
  mkdirSync(path.dirname(jars), { recursive: true });
  onProgress(`Resolving Apache Kafka ${version} with Maven, once, into ${jars}`);
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${partial}`];
  const { error, status, stdout } = spawnSync('mvn', ['-B', '-q', '-f', pom, `-Dkafka.version=${version}`, ...goal], {
    encoding: 'utf8',
  });
  try {
    if (error !== undefined)
      throw new ReferenceKafkaError(
        'MAVEN_MISSING',
        `Apache Kafka ${version} is not in ${jars} yet, and there is no Maven to bring it: install Maven (Debian: apt install maven).`,
      );
    if (status !== 0)
      throw new ReferenceKafkaError(
        'ARTEFACTS_UNAVAILABLE',
        `Maven did not bring Apache Kafka ${version}: ${firstError(stdout)}`,
      );
    // Another process may have brought it meanwhile; then its copy stays.
    if (!existsSync(jars)) renameSync(partial, jars);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function firstError(output: string): string {
  const line = output.split('\n').find((candidate) => candidate.startsWith('[ERROR]')) ?? 'it said nothing';
  return line.replace('[ERROR] ', '').slice(0, 400);
}
