/**
 * What joining and changing members have in common, whichever protocol they speak: the record of the member, what its regular
 * expression matches, a new epoch of the group when its subscriptions or topics have changed, and the next target assignment.
 */
import type { ConsumerGroupRegularExpressionValue } from '../../protocol/index.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { hasSameAssignment, isReconciledTo, type ConsumerMember } from './consumer-member.ts';
import { currentRecord, groupRecord, memberRecord } from './consumer-records.ts';
import { dropUnusedRegexes } from './fencing.ts';
import type { GroupDraft } from './group-draft.ts';
import { hasSameMetadata } from './member-metadata.ts';
import type { PartitionRow } from './partition-sets.ts';
import { reconcile } from './reconciliation.ts';
import { metadataHashOf, subscribedNames, topicIdsOf } from './subscriptions.ts';
import { compileTopicRegex } from '../topic-regex/index.ts';

/**
 * Takes over what a member says of itself. @returns whether its subscription has changed.
 * @throws KafkaError INVALID_REGULAR_EXPRESSION.
 */
export function changeMember(
  environment: GroupEnvironment,
  draft: GroupDraft,
  before: ConsumerMember,
  after: ConsumerMember,
): boolean {
  const { groupId } = draft.group;
  const isChanged = !draft.group.members.has(after.memberId) || !hasSameMetadata(before, after);
  if (isChanged) draft.emit(memberRecord(groupId, after));
  const haveNamesChanged = before.subscribedTopicNames.symmetricDifference(after.subscribedTopicNames).size > 0;
  const hasRegexChanged = before.subscribedTopicRegex !== after.subscribedTopicRegex;
  if (hasRegexChanged) dropUnusedRegexes(draft);
  const haveMatchesChanged = resolveRegexes(environment, draft, after.subscribedTopicRegex);
  const hasSubscriptionChanged = haveNamesChanged || hasRegexChanged;
  raiseEpoch(environment, draft, hasSubscriptionChanged || haveMatchesChanged);
  return hasSubscriptionChanged;
}

/** The member's next step towards its target. */
export function reconcileMember(
  { topics }: GroupEnvironment,
  draft: GroupDraft,
  memberId: string,
  hasSubscriptionChanged: boolean,
  owned: readonly PartitionRow[] | null,
): ConsumerMember {
  const { group } = draft;
  const member = group.member(memberId);
  if (!hasSubscriptionChanged && isReconciledTo(member, group.assignmentEpoch)) return member;
  const reconciled = reconcile(member, {
    targetEpoch: group.assignmentEpoch,
    target: group.target(memberId),
    subscribedTopicIds: topicIdsOf(subscribedNames(group, member), topics),
    hasSubscriptionChanged,
    owned,
    ownerOf: (topicId, partition) => group.ownerOf(topicId, partition),
  });
  if (!hasSameAssignment(member, reconciled)) draft.emit(currentRecord(group.groupId, reconciled));
  return reconciled;
}

/** Matches a new expression, and all of the group's again when topics have changed. @returns whether any matches others than before. */
function resolveRegexes({ topics, clock }: GroupEnvironment, draft: GroupDraft, regex: string): boolean {
  const { group } = draft;
  const due = draft.topicsVersion === topics.version ? [] : [...group.regexes.keys()];
  if (regex !== '' && !group.regexes.has(regex)) due.push(regex);
  let haveChanged = false;
  for (const regularExpression of due) {
    const pattern = compileTopicRegex(regularExpression);
    const matched = [...topics.topicNames()].filter((name) => pattern.matches(name)).sort();
    const known = group.regexes.get(regularExpression);
    if (known !== undefined && isSameList(known, matched)) continue;
    const value = { topics: matched, version: topics.version, timestamp: clock.now() };
    draft.emit({ kind: 'consumer-regex', groupId: group.groupId, regularExpression, value });
    haveChanged = true;
  }
  return haveChanged;
}

function isSameList({ topics }: ConsumerGroupRegularExpressionValue, matched: readonly string[]): boolean {
  return topics.length === matched.length && topics.every((name, index) => name === matched[index]);
}

function raiseEpoch({ topics }: GroupEnvironment, draft: GroupDraft, hasChanged: boolean): void {
  if (!hasChanged && draft.topicsVersion === topics.version) return;
  const { group } = draft;
  const hash = metadataHashOf(group, topics);
  if (hasChanged || hash !== group.metadataHash) draft.emit(groupRecord(group.groupId, group.groupEpoch + 1, hash));
}
