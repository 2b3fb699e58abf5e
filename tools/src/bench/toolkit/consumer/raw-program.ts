/** What PostgreSQL takes of the same INSERTs when nothing is consumed: on twenty connections, each a transaction of its own. */
import { finish, readOptions } from '../../load/programs.ts';
import { Effects } from './effects.ts';
import type { ConsumeWork } from './work.ts';

const writers = 20;

const work = readOptions() as Pick<ConsumeWork, 'databaseUrl' | 'events'>;
const effects = await Effects.open({ ...work, handlerMs: 0 });
const occurredAt = new Date();
let next = 0;
const write = async () => {
  while (next < work.events) {
    const number = next;
    next += 1;
    const like = { eventId: `like-${number}`, postId: `post-${number % 1000}`, userId: String(number), liked: true };
    await effects.insert({ ...like, occurredAt });
  }
};
await Promise.all(Array.from({ length: writers }, write));
finish(await effects.figures());
