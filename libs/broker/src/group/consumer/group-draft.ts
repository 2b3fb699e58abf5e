import type { ConsumerGroupRecord, GroupRecord } from '../group-record.ts';
import type { ConsumerGroup } from './consumer-group.ts';

/**
 * A change of a group while it is decided: records, and the group as it will be once they are replayed. The group itself stays as it
 * is; a copy is made with the first record, so that a heartbeat that changes nothing costs nothing.
 */
export class GroupDraft {
  readonly records: GroupRecord[];
  /** What the group's topics were last checked against. */
  readonly topicsVersion: number | undefined;
  #group: ConsumerGroup;
  #isCopy = false;

  /** @param before records that come first, of what was there in the group's place. */
  constructor(group: ConsumerGroup, before: readonly GroupRecord[] = []) {
    this.#group = group;
    this.topicsVersion = group.topicsVersion;
    this.records = [...before];
  }

  get group(): ConsumerGroup {
    return this.#group;
  }

  emit(...records: readonly ConsumerGroupRecord[]): void {
    if (!this.#isCopy) this.#group = this.#group.copy();
    this.#isCopy = true;
    for (const record of records) {
      this.records.push(record);
      this.#group.apply(record);
    }
  }
}
