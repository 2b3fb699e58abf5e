/** A client of a group that behaves as Kafka's do, one step at a time, and notes what it was told. */
import { ErrorCode } from '../../protocol/index.ts';
import type { JoinGroupResponse, SyncGroupResponse } from '../messages.ts';
import type { GroupWorld } from './group-world.ts';

/** What all clients of a group learned, over crashes of the broker and of theirs. */
export class GroupHistory {
  /** The plan of a leader that a generation's assignments came from. */
  readonly planOfGeneration = new Map<number, string>();
  /** The highest offset that was acknowledged. */
  acknowledgedOffset = -1;
  /** Offsets rise with each commit that is sent. */
  nextOffset = 0;

  /** Notes an assignment, `plan/member`; one generation has one plan. */
  noteAssignment(generationId: number, memberId: string, assignment: string): void {
    const [plan, assignedTo] = assignment.split('/');
    if (assignedTo !== memberId) throw new Error(`${memberId} got the assignment of ${assignedTo}`);
    const known = this.planOfGeneration.get(generationId);
    if (known !== undefined && known !== plan)
      throw new Error(`Generation ${generationId} has the assignments ${known} and ${plan}`);
    this.planOfGeneration.set(generationId, plan!);
  }
}

type Status = 'out' | 'joining' | 'joined' | 'syncing' | 'in';

let plans = 0;

export class ModelClient {
  status: Status = 'out';
  memberId = '';
  generationId = -1;
  readonly instance: string | null;
  readonly #history: GroupHistory;
  #joined: JoinGroupResponse | undefined;
  /** Answers to requests of a former life are not heard. */
  #life = 0;

  constructor(history: GroupHistory, instance: string | null) {
    this.#history = history;
    this.instance = instance;
  }

  /** The client's process dies and starts again. */
  crash(): void {
    this.#life++;
    this.memberId = '';
    this.#leave();
  }

  /** The connection breaks: what was asked is not answered. */
  disconnect(): void {
    this.#life++;
    if (this.status === 'joining') this.status = 'out';
    if (this.status === 'syncing') this.status = 'joined';
  }

  step(world: GroupWorld, random: () => number): void {
    if (this.status === 'out') this.#join(world);
    else if (this.status === 'joined') this.#sync(world);
    else if (this.status === 'in') {
      const choice = random();
      if (choice < 0.5) void this.heartbeat(world);
      else if (choice < 0.85) this.#commit(world);
      else if (choice < 0.95) this.#leave();
      else this.#leaveGroup(world);
    }
  }

  /** Resolves with whether the member is in the group's present generation. */
  heartbeat(world: GroupWorld): Promise<boolean> {
    return this.#hear(world.heartbeat(this, 'g', this.instance), ({ errorCode }) => {
      if (errorCode !== ErrorCode.NONE) this.#refused(errorCode);
      return errorCode === ErrorCode.NONE;
    });
  }

  #join(world: GroupWorld): void {
    this.status = 'joining';
    const { memberId, instance } = this;
    void this.#hear(world.join({ memberId, instance, rebalanceTimeoutMs: 20_000 }), (response) => {
      this.status = 'out';
      if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED) this.memberId = response.memberId;
      else if (response.errorCode !== ErrorCode.NONE) this.#refused(response.errorCode);
      else {
        this.memberId = response.memberId;
        this.generationId = response.generationId!;
        this.#joined = response;
        this.status = 'joined';
      }
    });
  }

  #sync(world: GroupWorld): void {
    this.status = 'syncing';
    const { leader, members, skipAssignment } = this.#joined!;
    const isLeader = leader === this.memberId && skipAssignment !== true;
    const plan = `plan${plans++}`;
    const assignees = isLeader ? members.map(({ memberId }) => memberId) : [];
    const assignments = Object.fromEntries(assignees.map((id): [string, string] => [id, `${plan}/${id}`]));
    const { generationId, memberId } = this;
    const request = world.sync(this, assignments, { instance: this.instance });
    void this.#hear(request, (response: SyncGroupResponse) => {
      if (response.errorCode !== ErrorCode.NONE) {
        this.#refused(response.errorCode);
        return;
      }
      this.status = 'in';
      const assignment = response.assignment.toString();
      // A static member keeps the assignment of the member id that it had before.
      if (this.instance === null) this.#history.noteAssignment(generationId, memberId, assignment);
    });
  }

  #commit(world: GroupWorld): void {
    const offset = this.#history.nextOffset++;
    const { memberId, generationId, instance } = this;
    const named = { memberId, generationIdOrMemberEpoch: generationId, groupInstanceId: instance };
    void this.#hear(world.commit({ 0: offset }, named), ([errorCode]) => {
      if (errorCode !== ErrorCode.NONE) this.#refused(errorCode!);
      else this.#history.acknowledgedOffset = Math.max(this.#history.acknowledgedOffset, offset);
    });
  }

  #leaveGroup(world: GroupWorld): void {
    void world.leave([this.memberId]);
    this.crash();
  }

  /** Back to joining, with the id that it has. */
  #leave(): void {
    this.status = 'out';
    this.generationId = -1;
  }

  #refused(errorCode: number): void {
    const isForgotten = errorCode === ErrorCode.UNKNOWN_MEMBER_ID || errorCode === ErrorCode.FENCED_INSTANCE_ID;
    if (isForgotten) this.memberId = '';
    this.#leave();
  }

  async #hear<T, R>(answer: Promise<T>, react: (value: T) => R): Promise<R | false> {
    const life = this.#life;
    const value = await answer;
    return life === this.#life ? react(value) : false;
  }
}
