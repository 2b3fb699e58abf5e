/**
 * Random requests made of the definitions of the APIs. How odd a request is is drawn first: most are about what the sequence
 * knows and have one odd field at most, so that they get past the first check of an engine.
 */
import { ZERO_UUID, type AnyApi, type Api } from '../../protocol/index.ts';
import { FIRST_TIMESTAMP_MS } from '../batches.ts';
import { GROUP_NAMES, TOPIC_NAMES, UNKNOWN_TOPIC_ID, type Cast, type KnownProducer } from './cast.ts';
import { CONFIGS, valuesOf, type Subject } from './field-values.ts';
import type { RandomSource } from './random-source.ts';
import { SymbolicBatch, type SymbolicRequest } from './symbols.ts';

type Fields = Api['definition']['request'];
type Field = Fields[string];

/** How likely a field is odd, by how likely a request is like that. */
const ODDITIES = [0, 0, 0, 0.05, 0.05, 0.15, 0.4];
/** Fields by which the elements of a list are told apart; both engines differ where a list names one twice. */
const IDENTITIES = [
  'name',
  'topic',
  'topicId',
  'partition',
  'partitionIndex',
  'index',
  'groupId',
  'resourceName',
  'transactionalId',
];
const OTHER_STRINGS = ['', 'a', 'x'.repeat(300)];
const OTHER_NUMBERS = [-1, 0, 1, 2, 100];

/** Bytes of a consumer's subscription to nothing, and of an assignment of nothing. */
const SUBSCRIPTION = Buffer.from('00000000000000000000', 'hex');
const ASSIGNMENT = Buffer.from('00010000000000000000', 'hex');

export class RequestGenerator {
  readonly #random: RandomSource;
  readonly #cast: Cast;
  #subject!: Subject;
  #oddity = 0;
  #api!: AnyApi;
  #version = 0;

  constructor(random: RandomSource, cast: Cast) {
    this.#random = random;
    this.#cast = cast;
  }

  /** A request of an API in one of its versions. */
  request(step: number, api: AnyApi, versions: readonly number[]): SymbolicRequest {
    this.#oddity = this.#random.pick(ODDITIES);
    this.#api = api;
    this.#version = this.#random.pick(versions);
    this.#subject = this.#pickSubject();
    const body = this.#struct((api as Api).definition.request);
    this.#makeWhole(body);
    return { step, api, version: this.#version, body };
  }

  #pickSubject(): Subject {
    const one = <T>(items: readonly T[], otherwise: T): T =>
      items.length === 0 ? otherwise : this.#random.pick(items);
    const noMember = { groupId: GROUP_NAMES[0], memberId: '', generationId: -1, groupInstanceId: null };
    const noProducer = { transactionalId: null, producerId: -1, producerEpoch: -1, sequences: new Map() };
    return {
      topic: one(this.#cast.topics, { name: TOPIC_NAMES[0]!, topicId: UNKNOWN_TOPIC_ID }),
      member: one(this.#cast.members.slice(-4), noMember),
      producer: one(this.#cast.producers.slice(-3), noProducer),
      session: this.#pickSession(),
    };
  }

  #pickSession(): Subject['session'] {
    if (this.#random.chance(0.4)) return undefined;
    return this.#cast.sessions.findLast(({ version }) => version === this.#version);
  }

  #struct(fields: Fields): Record<string, unknown> {
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, this.#value(name, field)]));
  }

  #value(name: string, field: Field): unknown {
    if (!field.type.startsWith('[]')) return this.#element(name, field);
    if (this.#isNullable(field) && this.#random.chance(field.default === null ? 0.5 : 0.05)) return null;
    // A topic without partitions is told apart by the scenarios.
    const least = this.#isOdd() && name !== 'partitionData' && name !== 'partitions' ? 0 : 1;
    // Of several bad configurations, either may be the one that is named.
    const length = name === 'configs' ? 1 : Math.max(least, this.#random.pick([1, 1, 1, 2, 0]));
    const elements = Array.from({ length }, () => this.#element(name, field));
    return 'fields' in field ? withoutRepetition(elements as Record<string, unknown>[]) : [...new Set(elements)];
  }

  #element(name: string, field: Field): unknown {
    if ('fields' in field) {
      const struct = this.#struct(field.fields);
      if ('value' in struct && 'name' in struct) this.#configure(struct);
      return struct;
    }
    const known = valuesOf(this.#api.name, name);
    if (known !== undefined) return this.#allowed(this.#knownValue(known), field);
    return this.#allowed(this.#ofType(name, field.type.replace('[]', '')), field);
  }

  #knownValue({ usual, odd }: NonNullable<ReturnType<typeof valuesOf>>): unknown {
    if (odd.length > 0 && this.#isOdd()) return this.#random.pick(odd);
    return this.#random.pick(usual(this.#subject));
  }

  #ofType(name: string, type: string): unknown {
    switch (type) {
      case 'bool':
        return this.#random.chance(0.5);
      case 'string':
        return this.#random.pick(OTHER_STRINGS);
      case 'uuid':
        return ZERO_UUID;
      case 'bytes':
        return name === 'assignment' ? ASSIGNMENT : SUBSCRIPTION;
      case 'records':
        return undefined;
      default:
        return this.#random.pick(OTHER_NUMBERS);
    }
  }

  /** Null only where the version has it. */
  #allowed(value: unknown, field: Field): unknown {
    return value === null && !this.#isNullable(field)
      ? field.type.includes('string')
        ? ''
        : (field.default ?? 0)
      : value;
  }

  #isNullable({ nullable }: Field): boolean {
    if (nullable === undefined) return false;
    const [from = '0', to] = nullable.replace('+', '').split('-');
    const last = nullable.endsWith('+') ? Infinity : Number(to ?? from);
    return Number(from) <= this.#version && this.#version <= last;
  }

  #isOdd(): boolean {
    return this.#random.chance(this.#oddity);
  }

  /** A name with a value is a configuration. */
  #configure(struct: Record<string, unknown>): void {
    const usual = CONFIGS.filter((_, index) => index % 3 === 0);
    [struct['name'], struct['value']] = this.#random.pick(this.#isOdd() ? CONFIGS : usual);
  }

  /** What fields have to do with each other. */
  #makeWhole(body: Record<string, unknown>): void {
    if (this.#api.name === 'Produce') this.#fillBatches(body);
    if (this.#api.name === 'JoinGroup') this.#joinAgain(body);
    const { session } = this.#subject;
    if (this.#api.name === 'Fetch' && session !== undefined) {
      body['sessionId'] = session.sessionId;
      body['sessionEpoch'] = this.#isOdd() ? this.#random.pick([-1, 0, 99]) : session.nextEpoch;
    }
    // A version that has one topic, or one group, has it in fields of its own.
    if (this.#api.name === 'Fetch' && body['sessionId'] === 0) body['forgottenTopicsData'] = [];
  }

  /** A second member would wait for the first: the scenarios let several meet. */
  #joinAgain(body: Record<string, unknown>): void {
    const member = this.#cast.members.find(({ groupId }) => groupId === body['groupId']);
    if (member === undefined || body['memberId'] !== '') return;
    body['memberId'] = member.memberId;
    body['groupInstanceId'] = member.groupInstanceId;
  }

  #fillBatches(body: Record<string, unknown>): void {
    const producer = this.#random.chance(0.5) ? this.#subject.producer : undefined;
    for (const topic of body['topicData'] as Record<string, unknown>[]) {
      for (const partition of topic['partitionData'] as Record<string, unknown>[]) {
        const place = `${JSON.stringify(topic['name'])} ${String(partition['index'])}`;
        partition['records'] = [this.#batch(place, producer)];
      }
    }
    const isTransactional = producer !== undefined && producer.transactionalId !== null;
    if (!isTransactional) return;
    // Apache Kafka looks at the transaction before it looks at acks; here it is the other way round.
    body['acks'] = -1;
    body['transactionalId'] = producer.transactionalId;
  }

  #batch(place: string, producer: KnownProducer | undefined): SymbolicBatch {
    const count = this.#random.pick([1, 2, 3]);
    const records = Array.from({ length: count }, (_, index) => ({
      key: this.#random.chance(0.9) ? Buffer.from(`key-${index}`) : null,
      value: this.#random.chance(0.9) ? Buffer.from('v'.repeat(this.#random.pick([1, 10, 150]))) : null,
      timestampMs: FIRST_TIMESTAMP_MS + index * 1000,
    }));
    const compression = this.#random.pick([0, 0, 0, 1, 2, 3]);
    if (producer === undefined) return new SymbolicBatch({ records, compression });
    const { producerId, producerEpoch, sequences } = producer;
    const expected = sequences.get(place) ?? 0;
    const baseSequence = this.#isOdd() ? Math.max(0, expected + this.#random.pick([-2, -1, 1, 5])) : expected;
    sequences.set(place, expected + count);
    const transactional = producer.transactionalId !== null;
    return new SymbolicBatch({ records, compression, producerId, producerEpoch, baseSequence, transactional });
  }
}

function withoutRepetition(structs: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const seen = new Set<string>();
  return structs.filter((struct) => {
    const identity = IDENTITIES.filter((name) => name in struct).map((name) => JSON.stringify(struct[name]));
    if (identity.length === 0) return true;
    // Versions with names and versions with ids leave out the other one: each must differ.
    const isNew = identity.every((each, place) => !seen.has(`${place} ${each}`));
    for (const [place, each] of identity.entries()) seen.add(`${place} ${each}`);
    return isNew;
  });
}
