/**
 * What two engines cannot have in common, and how it is made comparable. Everything else in an answer is compared as it is.
 */
import { batchesIn, decodeRecords, ZERO_UUID } from '../protocol/index.ts';

/** A normalization, as docs/conformance.md explains it. */
export interface Normalization {
  readonly name: string;
  readonly explanation: string;
}

export const normalizations: readonly Normalization[] = [
  {
    name: 'ids',
    explanation:
      'Topic ids, member ids and the like are random: each becomes the number of its first appearance in a scenario, so that it must be the same wherever it appears again. Words around an id in a text are compared.',
  },
  {
    name: 'producer ids and fetch sessions',
    explanation: 'Numbers that an engine hands out: likewise the number of the first appearance.',
  },
  {
    name: 'addresses',
    explanation:
      "Ports, the cluster's id, log folders and the controller's listener are each engine's own; that they are there is compared.",
  },
  {
    name: 'times',
    explanation:
      'A time of today is `now`, also within a text; the times that a scenario gives to its records are of 2023 and are compared.',
  },
  {
    name: 'sizes',
    explanation: 'The bytes on a disk of DescribeLogDirs: only that they are known.',
  },
  {
    name: 'order',
    explanation:
      'Lists that Apache Kafka makes of hash maps (topics of DeleteTopics, configurations, groups, …) are sorted by name; lists whose order a client sees in its request keep it where Apache Kafka keeps it.',
  },
  {
    name: 'other scenarios',
    explanation: 'Lists of everything (Metadata of all topics, ListGroups) hold only what the scenario made.',
  },
  {
    name: 'record batches',
    explanation:
      'Fetched records are compared as decoded batches, headers and records; the checksum follows from them.',
  },
];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const SHORT_UUID = /(?<![\w-])[\w-]{22}(?![\w-])/g;
/** Everything from here on is now; scenarios use times of 2023. */
const TODAY_FROM_MS = 1_704_067_200_000;
const DAY_MS = 86_400_000;
/** Milliseconds since the epoch, of any time from 2001 to 2286. */
const TIME = /\b\d{13}\b/g;

const isOfToday = (timeMs: number): boolean => timeMs >= TODAY_FROM_MS && timeMs < Date.now() + DAY_MS;

const ADDRESS_FIELDS = new Set(['port', 'clusterId', 'logDir', 'controllerId']);
/** The field whose 0 is no number that was handed out. */
const NO_SESSION = 'sessionId';
const NUMBERED_FIELDS = new Set(['producerId', 'sessionId']);
/** What a coordinator may have made itself, of letters alone, too. */
const MEMBER_FIELDS = new Set(['memberId', 'leader']);
const SIZE_FIELDS = new Set(['partitionSize', 'totalBytes', 'usableBytes']);
/** By what a list is sorted, by the name of its field. */
const SORTED_LISTS: Readonly<Record<string, readonly string[]>> = {
  topics: ['name', 'topic', 'topicId'],
  responses: ['name', 'resourceName', 'topic', 'topicId'],
  results: ['name', 'resourceName', 'groupId', 'user'],
  configs: ['name'],
  configResources: ['resourceType', 'resourceName'],
  groups: ['groupId'],
  members: ['groupInstanceId', 'memberId'],
  topicPartitions: ['topicId'],
  partitions: ['partitionIndex', 'partition'],
  partitionResponses: ['index'],
  apiKeys: ['apiKey'],
  replicaElectionResults: ['topic'],
  transactionStates: ['transactionalId'],
  markers: ['producerId'],
  resultsByTopicV3AndBelow: ['name'],
  topicResults: ['name'],
  resultsByTransaction: ['transactionalId'],
  resultsByPartition: ['partitionIndex'],
};

/** Makes the answers of one run of a scenario comparable; keeps the numbers that it gave to ids. */
export class Normalizer {
  readonly #prefix: string;
  readonly #seen = new Map<string, number>();
  readonly #topics: Map<string, string>;

  /** @param topics names by id of the topics that the scenario prepared. */
  constructor(prefix: string, topics: ReadonlyMap<string, string>) {
    this.#prefix = prefix;
    this.#topics = new Map([...topics].map(([id, name]) => [id, name.replace(prefix, 'own')]));
  }

  normalize(value: unknown, field = ''): unknown {
    if (field === 'records') return this.#records(value as Buffer[] | null);
    if (ADDRESS_FIELDS.has(field)) return value === -1 || value === null || value === '' ? value : `<${field}>`;
    if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`;
    if (typeof value === 'number') return this.#number(value, field);
    if (typeof value === 'string') return MEMBER_FIELDS.has(field) ? this.#memberId(value) : this.#text(value);
    if (Array.isArray(value)) return this.#list(value, field);
    if (typeof value !== 'object' || value === null) return value;
    this.#learnTopicId(value as Record<string, unknown>);
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, this.normalize(child, name)]));
  }

  /** From here on, the topic's id is known by its name. */
  #learnTopicId(struct: Record<string, unknown>): void {
    const { topicId, name } = struct;
    if (typeof topicId === 'string' && topicId !== ZERO_UUID && typeof name === 'string' && name !== '')
      this.#topics.set(topicId, name.replace(this.#prefix, 'own'));
  }

  #number(value: number, field: string): unknown {
    if (SIZE_FIELDS.has(field)) return value >= 0 ? '<size>' : value;
    if (NUMBERED_FIELDS.has(field) && (value > 0 || (value === 0 && field !== NO_SESSION)))
      return `<${field} ${this.#numberOf(`${field} ${value}`)}>`;
    return value >= TODAY_FROM_MS && value < Number.MAX_SAFE_INTEGER ? '<now>' : value;
  }

  #text(value: string): string {
    if (value === ZERO_UUID) return value;
    return value
      .replaceAll(this.#prefix, 'own')
      .replaceAll(UUID, (id) => this.#nameOf(id))
      .replaceAll(TIME, (time) => (isOfToday(Number(time)) ? '<now>' : time))
      .replaceAll(SHORT_UUID, (id) => (/[A-Z]/.test(id) && /[a-z]/.test(id) && /\d/.test(id) ? '<short id>' : id));
  }

  #memberId(value: string): string {
    return /^[\w-]{22}$/.test(value) ? '<short id>' : this.#text(value);
  }

  #nameOf(id: string): string {
    if (id === ZERO_UUID) return id;
    const topic = this.#topics.get(id);
    return topic === undefined ? `<id ${this.#numberOf(id)}>` : `<id of ${topic}>`;
  }

  #numberOf(key: string): number {
    const number = this.#seen.get(key) ?? this.#seen.size + 1;
    this.#seen.set(key, number);
    return number;
  }

  #list(list: readonly unknown[], field: string): unknown[] {
    const keys = SORTED_LISTS[field];
    const isStructs = typeof list[0] === 'object' && list[0] !== null && !Buffer.isBuffer(list[0]);
    if (field === 'partitions' && typeof list[0] === 'number')
      return (list as number[]).toSorted((one, other) => one - other);
    if (keys === undefined || !isStructs) return list.map((child) => this.normalize(child));
    const textOf = (value: unknown): string =>
      typeof value === 'number' ? String(value).padStart(12) : typeof value === 'string' ? value : '';
    const keyOf = (struct: Record<string, unknown>): string => keys.map((key) => textOf(struct[key])).join(' ');
    let structs = (list as Record<string, unknown>[]).filter((struct) => this.#isOwn(struct));
    // Their order says which producer is seen first.
    if (field === 'transactionStates') structs = structs.toSorted((one, other) => compare(keyOf(one), keyOf(other)));
    const normalized = structs.map((struct) => this.normalize(struct) as Record<string, unknown>);
    return normalized.toSorted((left, right) => compare(keyOf(left), keyOf(right)));
  }

  /** Whether a topic or group is not another scenario's. */
  #isOwn(struct: Record<string, unknown>): boolean {
    const name =
      struct['name'] ?? struct['resourceName'] ?? struct['topic'] ?? struct['groupId'] ?? struct['transactionalId'];
    return typeof name !== 'string' || !name.startsWith('cf-') || name.startsWith(this.#prefix);
  }

  #records(records: Buffer[] | null): unknown {
    if (records === null) return null;
    return [...batchesIn(records)].map((batch) => {
      const { crc: _crc, ...header } = batch.header;
      const decoded = [...decodeRecords(batch)];
      return { header: this.normalize(header), records: decoded.map((record) => this.normalize(record)) };
    });
  }
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
