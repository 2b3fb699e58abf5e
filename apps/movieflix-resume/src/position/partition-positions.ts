/**
 * What an instance holds of one partition: for each user and show the newest report in event time of all that the log holds.
 *
 * A compacted log keeps the last record of a key, and that must be the newest report. The owner writes nothing older than what it holds,
 * so the two agree, unless somebody who only believed to be the owner wrote meanwhile. Such a key is noted as overtaken, until the newer
 * report is read behind it; the owner writes it there (PositionReports).
 */
import type { PartitionState, RestoredRecord } from '@headwater/streams';
import type { PositionCodec } from './position-codec.ts';
import { PositionTable } from './position-table.ts';
import { keyOf, namedBy, type Position } from './position.ts';

export class PartitionPositions implements PartitionState {
  readonly table = new PositionTable();
  /** By key; true once a round of `takeOvertaken` has seen it. */
  private readonly overtaken = new Map<string, boolean>();

  constructor(private readonly codec: Pick<PositionCodec, 'decode'>) {}

  apply({ source, keyStart, keyEnd, valueStart, valueEnd }: RestoredRecord): void {
    if (valueStart < 0) {
      const { userId, showId } = namedBy(source.toString('utf8', keyStart, keyEnd));
      this.table.remove(userId, showId);
      return;
    }
    const position = this.codec.decode(source.subarray(valueStart, valueEnd));
    if (!position) return;
    const isOlder = this.table.merge(position) < 0;
    if (isOlder) this.overtaken.set(keyOf(position), false);
    else if (this.overtaken.size > 0) this.overtaken.delete(keyOf(position));
  }

  /**
   * The reports that are the newest of their key but not its last record. A key is answered in the second round after it was noted:
   * what was acknowledged a moment ago may just not have been read yet.
   */
  takeOvertaken(): Position[] {
    const positions: Position[] = [];
    for (const [key, wasSeen] of this.overtaken) {
      const { userId, showId } = namedBy(key);
      const position = this.table.get(userId, showId);
      if (wasSeen || !position) this.overtaken.delete(key);
      else this.overtaken.set(key, true);
      if (wasSeen && position) positions.push(position);
    }
    return positions;
  }
}
