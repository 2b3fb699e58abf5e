/** Members of groups, each a process: they come, go, stand still and are killed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DrillProcess } from './drill-process.ts';
import type { Random } from './random.ts';

const mostMembers = 3;
/** Beyond the session of any member. */
const frozenMs = 8_000;

export class Crew<Report> {
  readonly members: DrillProcess<Report>[] = [];

  constructor(private readonly start: () => DrillProcess<Report>) {}

  add(): void {
    this.members.push(this.start());
  }

  /** A member ends without a word; another one comes. */
  async killOne(random: Random): Promise<void> {
    const member = this.takeOut(random);
    await delay(random.below(500));
    await member.kill();
    this.add();
  }

  /** A member comes or goes in order: a rebalance. */
  async addOrEndOne(random: Random): Promise<void> {
    if (this.members.length < mostMembers) {
      this.add();
      return;
    }
    const member = this.takeOut(random);
    member.signal('SIGTERM');
    await member.ended;
  }

  /** A member stands still until its partitions are another's, then goes on where it was. */
  async freezeOne(random: Random): Promise<void> {
    if (this.members.length < 2) this.add();
    const member = random.pick(this.members);
    member.signal('SIGSTOP');
    await delay(frozenMs);
    member.signal('SIGCONT');
  }

  async close(): Promise<void> {
    for (const member of this.members) member.signal('SIGCONT');
    await Promise.all(this.members.map((member) => member.kill()));
  }

  private takeOut(random: Random): DrillProcess<Report> {
    return this.members.splice(random.below(this.members.length), 1)[0]!;
  }
}
