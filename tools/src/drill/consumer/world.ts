/** The broker, PostgreSQL and the members of the groups: what is ended, stopped and started again. */
import path from 'node:path';
import { CreateInbox1700000000000, CreateParkedMessages1700000000001 } from '@headwater/messaging';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import { DataSource } from 'typeorm';
import { DrillProcess } from './child-process.ts';
import { CreateDrillTables1763800000000 } from './effects.ts';
import type { HostReady, HostSetup } from './host-main.ts';
import type { MemberReport, MemberSetup } from './member-main.ts';

type Member = DrillProcess<MemberReport>;

export class World implements AsyncDisposable {
  readonly members: Member[] = [];
  /** The most that any member told. */
  readonly peak = { residentBytes: 0, waitingRecords: 0 };

  private constructor(
    private readonly seed: number,
    private readonly dataDir: string,
    private readonly postgres: RunningPostgres,
    readonly databaseUrl: string,
    readonly dataSource: DataSource,
    private host: DrillProcess<HostReady>,
    private readonly ports: HostReady,
  ) {}

  static async open(seed: number, folder: string): Promise<World> {
    const dataDir = path.join(folder, 'broker');
    const host = new DrillProcess<HostReady>('host-main', { dataDir, port: 0, registryPort: 0 } satisfies HostSetup);
    const postgres = await startPostgres();
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
      return new World(seed, dataDir, postgres, databaseUrl, dataSource, host, await host.ready);
    } catch (error) {
      await Promise.all([host.kill(), postgres.close()]);
      throw error;
    }
  }

  get broker(): string {
    return `127.0.0.1:${this.ports.port}`;
  }

  get registryUrl(): string {
    return `http://127.0.0.1:${this.ports.registryPort}`;
  }

  addMember(): void {
    const { seed, broker, registryUrl, databaseUrl } = this;
    const setup: MemberSetup = { seed, broker, registryUrl, databaseUrl };
    this.members.push(
      new DrillProcess<MemberReport>('member-main', setup, ({ residentBytes, waitingRecords }) => {
        this.peak.residentBytes = Math.max(this.peak.residentBytes, residentBytes);
        this.peak.waitingRecords = Math.max(this.peak.waitingRecords, waitingRecords);
      }),
    );
  }

  /** Takes a member out of the list. */
  removeMember(index: number): Member {
    return this.members.splice(index, 1)[0]!;
  }

  async killBroker(away: () => Promise<void>): Promise<void> {
    await this.host.kill();
    await away();
    this.host = new DrillProcess<HostReady>('host-main', { dataDir: this.dataDir, ...this.ports } satisfies HostSetup);
    await this.host.ready;
  }

  async killPostgres(away: () => Promise<void>): Promise<void> {
    await this.postgres.kill();
    await away();
    await this.postgres.restart();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.members) member.signal('SIGCONT');
    await Promise.all([...this.members.map((member) => member.kill()), this.host.kill()]);
    await this.dataSource.destroy().catch(() => undefined);
    await this.postgres.close();
  }
}
