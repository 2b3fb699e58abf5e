/** Broker and schema registry in a process that is killed, and comes back on the same folder and ports. */
import { freePorts } from '@headwater/testkit';
import { DrillProcess } from './drill-process.ts';
import type { HostReady, HostSetup } from './host-main.ts';

export class BrokerHost {
  private constructor(
    private readonly dataDir: string,
    private process: DrillProcess<HostReady>,
    private readonly ports: HostReady,
  ) {}

  static async open(dataDir: string): Promise<BrokerHost> {
    const [port = 0, registryPort = 0] = await freePorts(2);
    const process = start({ dataDir, port, registryPort });
    return new BrokerHost(dataDir, process, await process.ready);
  }

  get broker(): string {
    return `127.0.0.1:${this.ports.port}`;
  }

  get registryUrl(): string {
    return `http://127.0.0.1:${this.ports.registryPort}`;
  }

  /** Kills it, and starts it again afterwards. */
  async kill(away: () => Promise<void>): Promise<void> {
    await this.process.kill();
    await away();
    this.process = start({ dataDir: this.dataDir, ...this.ports });
    await this.process.ready;
  }

  async close(): Promise<void> {
    await this.process.kill();
  }
}

const start = (setup: HostSetup): DrillProcess<HostReady> => new DrillProcess<HostReady>('host-main', setup);
