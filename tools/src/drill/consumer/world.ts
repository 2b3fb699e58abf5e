/** The broker, PostgreSQL and the members of the groups: what is ended, stopped and started again. */
import path from 'node:path';
import { CreateInbox1700000000000, CreateParkedMessages1700000000001 } from '@headwater/messaging';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import { DataSource } from 'typeorm';
import { BrokerHost } from '../broker-host.ts';
import { Crew } from '../crew.ts';
import { DrillProcess } from '../drill-process.ts';
import { CreateDrillTables1763800000000 } from './effects.ts';
import type { MemberReport, MemberSetup } from './member-main.ts';

export class World implements AsyncDisposable {
  readonly crew: Crew<MemberReport>;
  /** The most that any member told. */
  readonly peak = { residentBytes: 0, waitingRecords: 0 };

  private constructor(
    seed: number,
    readonly host: BrokerHost,
    private readonly postgres: RunningPostgres,
    databaseUrl: string,
    readonly dataSource: DataSource,
  ) {
    const { broker, registryUrl } = host;
    const setup: MemberSetup = { seed, broker, registryUrl, databaseUrl };
    this.crew = new Crew(
      () =>
        new DrillProcess<MemberReport>('consumer/member-main', setup, ({ residentBytes, waitingRecords }) => {
          this.peak.residentBytes = Math.max(this.peak.residentBytes, residentBytes);
          this.peak.waitingRecords = Math.max(this.peak.waitingRecords, waitingRecords);
        }),
    );
  }

  static async open(seed: number, folder: string): Promise<World> {
    const [host, postgres] = await Promise.all([BrokerHost.open(path.join(folder, 'broker')), startPostgres()]);
    try {
      const databaseUrl = await postgres.createDatabase('drill');
      const dataSource = new DataSource({
        type: 'postgres',
        url: databaseUrl,
        migrations: [CreateInbox1700000000000, CreateParkedMessages1700000000001, CreateDrillTables1763800000000],
        poolErrorHandler: () => undefined,
      });
      await dataSource.initialize();
      await dataSource.runMigrations();
      return new World(seed, host, postgres, databaseUrl, dataSource);
    } catch (error) {
      await Promise.all([host.close(), postgres.close()]);
      throw error;
    }
  }

  async killPostgres(away: () => Promise<void>): Promise<void> {
    await this.postgres.kill();
    await away();
    await this.postgres.restart();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.crew.close(), this.host.close()]);
    await this.dataSource.destroy().catch(() => undefined);
    await this.postgres.close();
  }
}
