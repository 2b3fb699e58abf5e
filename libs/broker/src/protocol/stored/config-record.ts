import { defineMessage, type MessageOf } from '../codec/define-message.ts';

/** A config of a topic (`resourceType` 2) or broker (4) was set, or (null) goes back to its default. */
export const configRecord = defineMessage({
  key: 4,
  name: 'ConfigRecord',
  versions: '0',
  flexibleVersions: '0+',
  fields: {
    resourceType: { type: 'int8', versions: '0+' },
    resourceName: { type: 'string', versions: '0+' },
    name: { type: 'string', versions: '0+' },
    value: { type: 'string', versions: '0+', nullable: '0+' },
  },
});

export type ConfigRecord = MessageOf<typeof configRecord>;
