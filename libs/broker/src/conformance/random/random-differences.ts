/** Which of the differences that random requests meet are accepted: those of docs/conformance.md, told by the request. */
import { ErrorCode } from '../../protocol/index.ts';
import { acceptanceOf, acceptedDifferences } from '../accepted-differences.ts';
import type { RandomDifference } from './random-sequence.ts';

/** An answer that is otherwise as a whole, met by random requests alone: the scenarios ask for nothing of the kind. */
export interface RandomAcceptance {
  readonly what: string;
  readonly reason: string;
  readonly accepts: (differences: readonly RandomDifference[]) => boolean;
}

const UNKNOWN_SERVER_ERROR = -1;

export const randomAcceptances: readonly RandomAcceptance[] = [
  {
    what: 'Whatever Apache Kafka answers with UNKNOWN_SERVER_ERROR',
    reason: 'It has failed at something that it did not expect; here the request has an answer.',
    accepts: (differences) => differences.some(({ kafka }) => kafka === UNKNOWN_SERVER_ERROR),
  },
  {
    what: 'Groups without members and offsets',
    reason:
      'They are gone at once here, when nothing of them is stored. Apache Kafka keeps them in memory until it looks for expired offsets.',
    accepts: ([first]) => first !== undefined && isAboutGroup(first) && isForgotten(first),
  },
  {
    what: 'A topic of a fetch session that was deleted meanwhile',
    reason:
      'UNKNOWN_TOPIC_ID, as for every id that there is none of. The session of Apache Kafka still knows its name, and says UNKNOWN_TOPIC_OR_PARTITION.',
    accepts: (differences) => differences.every((difference) => isOfDeletedTopic(difference)),
  },
  {
    what: 'Which of several errors of a member is told',
    reason:
      'A member that is not in the group, with a generation that the group does not have or protocols that it cannot have: it is refused by both.',
    accepts: (differences) => differences.every(({ headwater, kafka }) => isOfMember(headwater) && isOfMember(kafka)),
  },
];

function isOfDeletedTopic({ request, headwater, kafka }: RandomDifference): boolean {
  const { UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION } = ErrorCode;
  return request.startsWith('Fetch: ') && headwater === UNKNOWN_TOPIC_ID && kafka === UNKNOWN_TOPIC_OR_PARTITION;
}

const MEMBER_ERRORS: readonly unknown[] = [
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
];

function isOfMember(errorCode: unknown): boolean {
  return MEMBER_ERRORS.includes(errorCode);
}

function isAboutGroup({ request }: RandomDifference): boolean {
  return /^(ListGroups|DescribeGroups|DeleteGroups|OffsetDelete|OffsetCommit|LeaveGroup)/.test(request);
}

function isForgotten({ field, headwater, kafka }: RandomDifference): boolean {
  if (field === 'groups' && Array.isArray(headwater) && Array.isArray(kafka)) return headwater.length < kafka.length;
  return (headwater === 'Dead' && kafka === 'Empty') || headwater === ErrorCode.GROUP_ID_NOT_FOUND;
}

/** Those of the differences of an answer that are not accepted. */
export function unaccepted(differences: readonly RandomDifference[]): RandomDifference[] {
  if (differences.length > 0 && randomAcceptances.some(({ accepts }) => accepts(differences))) return [];
  return differences.filter(
    (difference) =>
      acceptanceOf(difference) === undefined &&
      !acceptedDifferences.some(({ random }) => random?.(difference) === true),
  );
}
