/** docs/kafka-api.md, made of the APIs of Apache Kafka and the handlers. */
import type { ServedApi } from '../server/index.ts';
import { KAFKA_APIS, REASONS, type KafkaApi } from './kafka-apis.ts';

const HEADER = `# The APIs of Kafka, there and here

Every API key of Apache Kafka 4.3, the versions that its brokers list in ApiVersions, and the versions that this broker
serves. A request in another version, or of an API that is not served, is answered as Apache Kafka answers it: ApiVersions
with UNSUPPORTED_VERSION and the versions that there are, everything else by the end of the connection. How the answers of
the served versions compare is in [conformance.md](conformance.md).

Made by \`node libs/broker/dist/conformance/main.js\`; a test compares it with the code.
`;

/** @throws Error when an API is neither served nor has a reason. */
export function renderKafkaApiDocument(served: readonly ServedApi[]): string {
  const servedByKey = new Map(served.map((api) => [api.apiKey, api]));
  const rows = KAFKA_APIS.map((api) => rowOf(api, servedByKey.get(api.key)));
  const known = new Set(KAFKA_APIS.map(({ key }) => key));
  const unknown = served.filter(({ apiKey }) => !known.has(apiKey));
  if (unknown.length > 0) throw new Error(`No API of Apache Kafka 4.3 has the key ${unknown[0]!.apiKey}`);
  const table = renderTable([['key', 'API', 'Apache Kafka 4.3', 'served here', 'why not'], ...rows]);
  const older = served
    .filter((api) => isOlder(api))
    .map(({ apiKey }) => KAFKA_APIS.find(({ key }) => key === apiKey)!.name);
  const note =
    older.length === 0
      ? ''
      : `\n${older.join(' and ')}: also the versions that Apache Kafka 4 has given up, for clients that have not.\n`;
  return `${HEADER}\n${servedByKey.size} of the ${KAFKA_APIS.length} APIs are served.\n\n${table}${note}`;
}

function rowOf(api: KafkaApi, served: ServedApi | undefined): string[] {
  const there =
    api.controllerVersions === undefined ? withDash(api.brokerVersions) : `${api.controllerVersions}, controllers only`;
  if (served !== undefined) return [String(api.key), api.name, there, `${served.minVersion}-${served.maxVersion}`, ''];
  if (api.reason === undefined)
    throw new Error(`${api.name} (key ${api.key}) is not served, and kafka-apis.ts does not say why`);
  return [String(api.key), api.name, there, '—', REASONS[api.reason]];
}

function withDash(versions: string): string {
  return versions === 'none' ? '—' : versions;
}

function isOlder({ apiKey, minVersion }: ServedApi): boolean {
  const there = KAFKA_APIS.find(({ key }) => key === apiKey)!.brokerVersions;
  return minVersion < Number(there.split('-')[0]);
}

/** A table as the formatter of the house lays it. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`;
  const [head, ...body] = rows;
  return line(head!) + line(widths.map((width) => '-'.repeat(width))) + body.map(line).join('');
}
