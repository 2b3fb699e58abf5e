/** Forgets quotes that ran out long ago: a ride that was requested in time may be read late, but not by a month. */
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';

const keptDays = 30;
const intervalMs = 3_600_000;

@Injectable()
export class QuotePruning implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(QuotePruning.name);
  private pruning: NodeJS.Timeout | undefined;

  constructor(private readonly dataSource: DataSource) {}

  onApplicationBootstrap(): void {
    this.pruning = setInterval(() => void this.prune(), intervalMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.pruning);
  }

  private async prune(): Promise<void> {
    try {
      await this.dataSource.query('DELETE FROM quotes WHERE expires_at < now() - make_interval(days => $1)', [
        keptDays,
      ]);
    } catch (error) {
      this.logger.warn(`could not forget old quotes: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
