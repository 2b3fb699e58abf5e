import { type SlotControl } from '../replication/index.ts';
import { type CapturePhase, type CaptureProgress } from './capture-options.ts';

/** The row of a capture in the table `change_captures`, in the database that is captured (`changeCaptureMigrations`). */
export class ProgressTable implements CaptureProgress {
  private readonly control: Pick<SlotControl, 'query'>;
  private readonly slot: string;

  constructor(control: Pick<SlotControl, 'query'>, slot: string) {
    this.control = control;
    this.slot = slot;
  }

  get forgetting(): string {
    return `DELETE FROM change_captures WHERE slot = '${this.slot}'`;
  }

  async phase(): Promise<CapturePhase | undefined> {
    const sql = 'SELECT state FROM change_captures WHERE slot = $1';
    const { rows } = await this.control.query<{ state: CapturePhase }>(sql, [this.slot]);
    return rows[0]?.state;
  }

  async enter(phase: CapturePhase, rows?: number): Promise<void> {
    await this.control.query(
      `INSERT INTO change_captures AS c (slot, state, snapshot_rows) VALUES ($1, $2, $3)
       ON CONFLICT (slot) DO UPDATE SET state = $2, snapshot_rows = coalesce($3, c.snapshot_rows), changed_at = clock_timestamp()`,
      [this.slot, phase, rows ?? null],
    );
  }
}
