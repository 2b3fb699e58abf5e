/** Broker and schema registry in a process of their own. */
import { startBroker } from '@headwater/testkit';

export interface HostSetup {
  readonly dataDir: string;
  readonly port: number;
  readonly registryPort: number;
}

export interface HostReady {
  readonly port: number;
  readonly registryPort: number;
}

// Without the drill nobody would end this process.
process.on('disconnect', () => process.exit());
const setup = JSON.parse(process.argv[2]!) as HostSetup;
const broker = await startBroker(setup);
process.send!({ port: broker.port, registryPort: Number(new URL(broker.registryUrl).port) } satisfies HostReady);
