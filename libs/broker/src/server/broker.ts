import type { BrokerOptions } from './broker-options.ts';
import type { LocalClient } from './local-client.ts';

/** A Kafka broker of one node, serving on one address from one data folder. */
export class Broker {
  readonly host: string = '';
  readonly port: number = 0;
  readonly clusterId: string = '';
  readonly local!: LocalClient;

  /** Recovers the data, then listens. @throws BrokerStartError with one clear line. */
  static start(_options: BrokerOptions): Promise<Broker> {
    return Promise.reject(new Error('The broker is being laid'));
  }

  /** Stops taking requests, answers those under way, closes the logs cleanly. May be called again. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
