/** How a disk fails, for a while. */
import type { DiskFault } from '../broker/child-messages.ts';
import type { Random } from '../random.ts';

export interface FaultPlan {
  readonly name: string;
  /** Bytes of room that are left. */
  readonly room?: number;
  readonly faults: readonly DiskFault[];
  /** Whether reads go on. */
  readonly isReadable: boolean;
}

const COORDINATORS = '/__(consumer_offsets|transaction_state|cluster_metadata)-';
const MOST_ROOM_BYTES = 60_000;

export function planFault(random: Random): FaultPlan {
  const probability = random.pick([1, 1, 0.5, 0.2]);
  const fault = (operation: string, path = '.', code = 'EIO'): DiskFault => ({ operation, path, code, probability });
  switch (random.below(8)) {
    case 0:
    case 1:
      return { name: 'the disk is full', room: random.magnitude(MOST_ROOM_BYTES) - 1, faults: [], isReadable: true };
    case 2:
      return { name: 'syncs fail', faults: [fault('sync')], isReadable: true };
    case 3:
      return { name: 'writes fail', faults: [fault('write')], isReadable: true };
    case 4:
      return { name: 'writes and cuts fail', faults: [fault('write'), fault('truncate')], isReadable: true };
    case 5:
      return { name: 'reads fail', faults: [fault('read', '\\.log$')], isReadable: false };
    case 6:
      return {
        name: "the coordinators' logs fail",
        faults: [fault('write', COORDINATORS), fault('sync', COORDINATORS)],
        isReadable: true,
      };
    default:
      return {
        name: 'names fail',
        faults: ['open', 'rename', 'makeDirectory', 'remove'].map((operation) => fault(operation, '.', 'ENOSPC')),
        isReadable: false,
      };
  }
}
