/** Members that leave, or are taken out because they fell silent. */
import type { GroupEnvironment } from '../group-environment.ts';
import { noEffects, type Effects } from '../effects.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { groupRecord, memberTombstones, regexTombstone } from './consumer-records.ts';
import { downgrade, mayDowngrade } from './downgrade.ts';
import { GroupDraft } from './group-draft.ts';
import { metadataHashOf } from './subscriptions.ts';

/** Takes members out, and raises the group's epoch; a group of which only classic members are left becomes a classic one. */
export function fenceMembers(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
): Effects {
  if (members.length === 0) return noEffects;
  const memberIds = new Set(members.map(({ memberId }) => memberId));
  if (mayDowngrade(environment, group, memberIds)) return downgrade(environment, group, memberIds, true);
  const { groupId } = group;
  const draft = new GroupDraft(group);
  for (const memberId of memberIds) draft.emit(...memberTombstones(groupId, memberId));
  dropUnusedRegexes(draft);
  draft.emit(groupRecord(groupId, group.groupEpoch + 1, metadataHashOf(draft.group, environment.topics)));
  return { records: draft.records };
}

/** Forgets what regular expressions matched that nobody subscribes to any more. */
export function dropUnusedRegexes(draft: GroupDraft): void {
  for (const regex of [...draft.group.regexes.keys()])
    if (!draft.group.isRegexUsed(regex)) draft.emit(regexTombstone(draft.group.groupId, regex));
}
