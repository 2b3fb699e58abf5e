import { defineMessage, type MessageOf } from '../codec/define-message.ts';
import { ZERO_UUID } from '../uuid.ts';

/**
 * Value of a committed offset in `__consumer_offsets`, behind its version as an int16. A null value deletes the offset.
 *
 * Version 1 has an expiry of its own; 3 the leader epoch; 4 is flexible.
 */
export const offsetCommitValue = defineMessage({
  key: 1,
  name: 'OffsetCommitValue',
  versions: '0-4',
  flexibleVersions: '4+',
  fields: {
    offset: { type: 'int64', versions: '0+' },
    leaderEpoch: { type: 'int32', versions: '3+', default: -1 },
    metadata: { type: 'string', versions: '0+' },
    commitTimestamp: { type: 'int64', versions: '0+' },
    expireTimestamp: { type: 'int64', versions: '1', default: -1 },
    topicId: { type: 'uuid', versions: '4+', tag: 0, default: ZERO_UUID },
  },
});

export type OffsetCommitValue = MessageOf<typeof offsetCommitValue>;
