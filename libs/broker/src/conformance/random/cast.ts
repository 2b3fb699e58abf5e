/**
 * What a sequence of random requests knows by now: topics, members, producers and fetch sessions that the engines have
 * answered. Requests are about them, so that most requests meet something.
 */
import { ErrorCode } from '../../protocol/index.ts';
import { FromAnswer, OwnName, type SymbolicRequest } from './symbols.ts';

export const UNKNOWN_TOPIC_ID = '01234567-89ab-4def-8123-456789abcdef';

export interface KnownTopic {
  readonly name: OwnName;
  readonly topicId: unknown;
}

export interface KnownMember {
  readonly groupId: unknown;
  readonly memberId: unknown;
  readonly generationId: unknown;
  readonly groupInstanceId: unknown;
}

export interface KnownProducer {
  readonly transactionalId: unknown;
  readonly producerId: unknown;
  readonly producerEpoch: unknown;
  /** The next sequence number by topic and partition. */
  readonly sequences: Map<string, number>;
}

export interface KnownSession {
  readonly sessionId: unknown;
  nextEpoch: number;
  /** Of its first request: no client goes on with another. */
  readonly version: number;
}

type Struct = Readonly<Record<string, unknown>>;

export const TOPIC_NAMES = ['t0', 't1', 't2', 't3'].map((name) => new OwnName(name));
export const GROUP_NAMES = ['g0', 'g1', 'g2'].map((name) => new OwnName(name));
export const TRANSACTIONAL_IDS = ['x0', 'x1'].map((name) => new OwnName(name));

export class Cast {
  readonly topics: KnownTopic[] = [];
  readonly members: KnownMember[] = [];
  readonly producers: KnownProducer[] = [];
  readonly sessions: KnownSession[] = [];

  /** Takes in what an answer tells; both engines gave it alike. */
  learn({ step, api, version, body }: SymbolicRequest, answer: Struct): void {
    switch (api.name) {
      case 'CreateTopics':
        this.#learnTopics(step, body, answer);
        break;
      case 'JoinGroup':
        this.#learnMember(step, body, answer);
        break;
      case 'LeaveGroup':
        this.#forgetMembers(body, answer);
        break;
      case 'InitProducerId':
        this.#learnProducer(step, body, answer);
        break;
      case 'Fetch':
        this.#learnSession(step, version, body, answer);
        break;
    }
  }

  #learnTopics(step: number, body: Struct, answer: Struct): void {
    const asked = body['topics'] as readonly Struct[];
    for (const [place, topic] of (answer['topics'] as readonly Struct[]).entries()) {
      const name = asked.map((each) => each['name']).find((each) => each instanceof OwnName && endsWith(topic, each));
      if (topic['errorCode'] !== ErrorCode.NONE || !(name instanceof OwnName) || body['validateOnly'] === true)
        continue;
      this.topics.push({ name, topicId: new FromAnswer(step, ['topics', place, 'topicId'], UNKNOWN_TOPIC_ID) });
    }
  }

  #learnMember(step: number, body: Struct, answer: Struct): void {
    if (answer['errorCode'] !== ErrorCode.NONE && answer['errorCode'] !== ErrorCode.MEMBER_ID_REQUIRED) return;
    this.members.push({
      groupId: body['groupId'],
      memberId: new FromAnswer(step, ['memberId'], 'nobody'),
      generationId: new FromAnswer(step, ['generationId'], 0),
      groupInstanceId: body['groupInstanceId'] ?? null,
    });
  }

  #forgetMembers(body: Struct, answer: Struct): void {
    if (answer['errorCode'] !== ErrorCode.NONE) return;
    for (const member of this.members.filter(({ groupId }) => groupId === body['groupId']))
      this.members.splice(this.members.indexOf(member), 1);
  }

  #learnProducer(step: number, body: Struct, answer: Struct): void {
    if (answer['errorCode'] !== ErrorCode.NONE) return;
    this.producers.push({
      transactionalId: body['transactionalId'] ?? null,
      producerId: new FromAnswer(step, ['producerId'], 987_654_322),
      producerEpoch: new FromAnswer(step, ['producerEpoch'], 0),
      sequences: new Map(),
    });
  }

  #learnSession(step: number, version: number, body: Struct, answer: Struct): void {
    const known = this.sessions.find(({ sessionId }) => sessionId === body['sessionId']);
    if (known !== undefined && answer['errorCode'] === ErrorCode.NONE) known.nextEpoch += 1;
    if (typeof answer['sessionId'] !== 'number' || answer['sessionId'] === 0 || known !== undefined) return;
    this.sessions.push({ sessionId: new FromAnswer(step, ['sessionId'], 0), nextEpoch: 1, version });
  }
}

function endsWith(topic: Struct, { name }: OwnName): boolean {
  return String(topic['name']).endsWith(`-${name}`);
}
