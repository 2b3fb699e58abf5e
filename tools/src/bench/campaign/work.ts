/** What an instance of the bench takes. */
import type { Design } from './counting.ts';

export interface InstanceWork {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  readonly design: Design;
}
