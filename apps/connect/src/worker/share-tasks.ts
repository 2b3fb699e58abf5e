/**
 * Who does what: tasks over the members of the group, evenly, each where it runs already if the numbers allow it.
 *
 * A task that is to move is taken from its member in one generation and given to the other in the next, when the first has said that
 * it does not run it any more: so no task runs twice while a member lives (KIP-415 and KIP-429 do the same).
 */

/** `<connector>/<task>`. */
export type TaskId = string;

export interface Shares {
  /** The tasks of each member. */
  readonly tasks: ReadonlyMap<string, readonly TaskId[]>;
  /** Whether a task waits for its member to give it up: the group has to share again after that. */
  readonly unfinished: boolean;
}

/** @param running what each member says to run now */
export function shareTasks(running: ReadonlyMap<string, readonly TaskId[]>, all: readonly TaskId[]): Shares {
  const members = [...running.keys()].sort();
  const shares = new Map<string, TaskId[]>(members.map((member) => [member, []]));
  if (members.length === 0) return { tasks: shares, unfinished: false };
  const owners = ownersOf(running);
  const least = Math.floor(all.length / members.length);
  let larger = all.length % members.length;
  const free: TaskId[] = [];
  for (const task of [...all].sort()) {
    const share = shares.get(owners.get(task) ?? '');
    if (!share || share.length > least || (share.length === least && larger === 0)) {
      free.push(task);
      continue;
    }
    if (share.length === least) larger -= 1;
    share.push(task);
  }
  let unfinished = false;
  for (const task of free) {
    const smallest = members.map((member) => shares.get(member)!).sort((one, other) => one.length - other.length)[0]!;
    // Counts where it will go, so that what follows goes elsewhere.
    smallest.push(task);
    if (owners.has(task)) unfinished = true;
  }
  const given = [...shares].map(([member, tasks]): [string, TaskId[]] => [
    member,
    tasks.filter((task) => (owners.get(task) ?? member) === member),
  ]);
  return { tasks: new Map(given), unfinished };
}

/** Each running task's member; the first one, should two say it. */
function ownersOf(running: ReadonlyMap<string, readonly TaskId[]>): Map<TaskId, string> {
  const owners = new Map<TaskId, string>();
  for (const [member, tasks] of [...running].sort(([one], [other]) => (one < other ? -1 : 1)))
    for (const task of tasks) if (!owners.has(task)) owners.set(task, member);
  return owners;
}
