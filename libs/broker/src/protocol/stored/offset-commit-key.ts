import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/**
 * Key of a committed offset in `__consumer_offsets`. Records there carry the version of their key in the key's first
 * int16: 0 and 1 both say that this is one (0 from before Kafka 0.9), 2 a {@link groupMetadataKey}. The key of this
 * kind is 1.
 */
export const offsetCommitKey = defineMessage({
  key: 1,
  name: 'OffsetCommitKey',
  versions: '0',
  fields: {
    group: { type: 'string', versions: '0' },
    topic: { type: 'string', versions: '0' },
    partition: { type: 'int32', versions: '0' },
  },
});

export type OffsetCommitKey = MessageOf<typeof offsetCommitKey>;
