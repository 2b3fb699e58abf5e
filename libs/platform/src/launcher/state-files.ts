/**
 * What the demo tells other programs, beside its data:
 *
 *     endpoints.json   { "broker": "127.0.0.1:9092", "registry": "http://…", "console": "http://…", … } while it runs
 *     processes.json   { "launcher": 4711, "broker": 4712, "postgres": 4713, … }, kept up to date over restarts
 *
 * Both are replaced by rename, so that a reader never sees a half, and are readable by their owner only, since the
 * address of PostgreSQL carries its password.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ENDPOINTS = 'endpoints.json';
const PROCESSES = 'processes.json';

export class StateFiles {
  private readonly dataDir: string;
  private readonly pids = new Map<string, number>();

  constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.setPid('launcher', process.pid);
  }

  /** Process ids of an earlier launcher, which may have been killed. */
  static pidsOfEarlierRun(dataDir: string): readonly number[] {
    try {
      const pids = JSON.parse(readFileSync(join(dataDir, PROCESSES), 'utf8')) as Record<string, unknown>;
      return Object.values(pids).filter((pid): pid is number => typeof pid === 'number' && pid > 0);
    } catch {
      return [];
    }
  }

  writeEndpoints(endpoints: Readonly<Record<string, string>>): string {
    return this.replace(ENDPOINTS, endpoints);
  }

  /** Notes a part's process; 0 when it has none at the moment. */
  setPid(name: string, pid: number): void {
    this.pids.set(name, pid);
    this.replace(PROCESSES, Object.fromEntries([...this.pids].filter(([, value]) => value > 0)));
  }

  remove(): void {
    for (const file of [ENDPOINTS, PROCESSES]) rmSync(join(this.dataDir, file), { force: true });
  }

  private replace(name: string, content: object): string {
    const file = join(this.dataDir, name);
    writeFileSync(`${file}.new`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return file;
  }
}
