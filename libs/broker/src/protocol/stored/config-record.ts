import { defineMessage } from '../codec/define-message.ts';

/** @@DOC ConfigRecord */
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
