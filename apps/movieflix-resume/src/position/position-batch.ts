/** Batches of reports: taken apart by owner, each part taken here or sent on, and the answers put in order again. */
import { Injectable } from '@nestjs/common';
import { Problem, readAs, type ProblemDetails } from '@headwater/service-kit';
import { OwnedPositions } from '../ownership/owned-positions.ts';
import { OwnerForwarding } from '../ownership/owner-forwarding.ts';
import { ShowTitles } from '../show/show-titles.ts';
import type { PartitionPositions } from './partition-positions.ts';
import { PositionReports } from './position-reports.ts';
import { PositionBatchItem } from './position.requests.ts';
import { reportedResponse, type BatchItemResponse, type PositionBatchResponse } from './position.responses.ts';
import { reportOf } from './report-of.ts';

@Injectable()
export class PositionBatch {
  constructor(
    private readonly owned: OwnedPositions,
    private readonly forwarding: OwnerForwarding,
    private readonly reports: PositionReports,
    private readonly titles: ShowTitles,
  ) {}

  /** @param given anything; what is no report is refused for itself. @returns an answer for each, in their order. */
  async report(given: readonly unknown[], isForwarded: boolean): Promise<BatchItemResponse[]> {
    const results = new Array<BatchItemResponse>(given.length);
    const parts = new Map<number, Map<number, PositionBatchItem>>();
    for (const [index, each] of given.entries()) {
      try {
        const item = readAs(PositionBatchItem, each);
        const partition = this.owned.partitionOf(item.userId);
        const part = parts.get(partition) ?? new Map<number, PositionBatchItem>();
        parts.set(partition, part.set(index, item));
      } catch (error) {
        results[index] = refusal(error);
      }
    }
    await Promise.all(
      [...parts.values()].map(async (part) => {
        const answers = await this.reportPart([...part.values()], isForwarded);
        for (const [at, index] of [...part.keys()].entries()) results[index] = answers[at]!;
      }),
    );
    return results;
  }

  /** Reports of one partition, and so for one owner. */
  private async reportPart(
    items: readonly PositionBatchItem[],
    isForwarded: boolean,
  ): Promise<readonly BatchItemResponse[]> {
    try {
      return await this.forwarding.atOwner(
        items[0]!.userId,
        isForwarded,
        (held) => Promise.all(items.map((item) => this.take(held, item))),
        (address) => this.send(address, items),
      );
    } catch (error) {
      // Whoever forwarded it must hear that this is not the owner.
      if (isForwarded) throw error;
      const refused = refusal(error);
      return items.map(() => refused);
    }
  }

  private async take(held: PartitionPositions, item: PositionBatchItem): Promise<BatchItemResponse> {
    try {
      return reportedResponse(await this.reports.report(held, reportOf(item, item)), this.titles.titleOf(item.showId));
    } catch (error) {
      return refusal(error);
    }
  }

  private async send(address: string, positions: readonly PositionBatchItem[]): Promise<readonly BatchItemResponse[]> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.forwarding.send(address, {
      method: 'POST',
      path: '/positions',
      headers,
      body: { positions },
    });
    const answer: unknown = await response.json();
    if (response.ok) return (answer as PositionBatchResponse).results;
    return positions.map(() => ({ status: 'refused', problem: answer as ProblemDetails }));
  }
}

/** @throws what is no expected failure */
function refusal(error: unknown): BatchItemResponse {
  if (!(error instanceof Problem)) throw error;
  return { status: 'refused', problem: error.document };
}
