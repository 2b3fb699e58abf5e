import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** A feature was set to a level; the first record of a metadata log sets `metadata.version`. */
export const featureLevelRecord = defineMessage({
  key: 12,
  name: 'FeatureLevelRecord',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    name: { type: 'string', versions: '0+' },
    featureLevel: { type: 'int16', versions: '0+' },
  },
});

export type FeatureLevelRecord = MessageOf<typeof featureLevelRecord>;
