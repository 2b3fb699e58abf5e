import { describe, it } from '@jest/globals';
import { MemorySchemaLog } from './memory-schema-log.ts';
import { schemaLogBehaviors } from './schema-log-behaviors.ts';

describe('a schema log in memory', () => {
  for (const behavior of schemaLogBehaviors) {
    it(behavior.name, () => behavior.verify(() => Promise.resolve(new MemorySchemaLog())));
  }
});
