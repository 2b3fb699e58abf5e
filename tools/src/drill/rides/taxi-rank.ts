/** The taxis of the drill: where they are told to be, and what was acknowledged of it. */
import { answerOf, type TaxiStage } from '../../taxi/index.ts';
import type { Random } from '../random.ts';

export interface DrillPlace {
  readonly latitude: number;
  readonly longitude: number;
}

export class TaxiRank {
  /** Positions that were answered as recorded, as `taxi@time`. */
  readonly acknowledged = new Set<string>();
  private lastMs = Date.now() - 3_600_000;

  constructor(
    private readonly stage: TaxiStage,
    private readonly taxis: number,
    private readonly random: Random,
  ) {}

  async parkAll(): Promise<void> {
    const positions = Array.from({ length: this.taxis }, (_, taxi) =>
      this.positionOf(`taxi-${taxi}`, this.somewhere()),
    );
    const { body } = await answerOf<{ results: { status: string }[] }>('POST', `${this.url()}/taxis/positions`, {
      positions,
    });
    for (const [at, { status }] of body.results.entries()) if (status === 'recorded') this.note(positions[at]!);
  }

  /** The taxi is free at a place. */
  async park(taxiId: string, place: DrillPlace): Promise<void> {
    const position = this.positionOf(taxiId, place);
    const { taxiId: _, ...body } = position;
    const { status } = await answerOf('POST', `${this.url()}/taxis/${taxiId}/position`, body);
    if (status === 204) this.note(position);
  }

  somewhere(): DrillPlace {
    return { latitude: 40.7 + 0.1 * this.random.next(), longitude: -74 + 0.1 * this.random.next() };
  }

  private positionOf(taxiId: string, place: DrillPlace) {
    this.lastMs += 1;
    return { taxiId, ...place, available: true, occurredAt: new Date(this.lastMs).toISOString() };
  }

  private note({ taxiId, occurredAt }: { readonly taxiId: string; readonly occurredAt: string }): void {
    this.acknowledged.add(`${taxiId}@${occurredAt}`);
  }

  private url(): string {
    return this.random.pick(this.stage.urls);
  }
}
