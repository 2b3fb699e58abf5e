import { WireClient } from './wire-client.ts';

/** Connections to an engine that a suite opens, closed together. */
export class WireClients {
  readonly #clients: WireClient[] = [];
  readonly #engine: { readonly host: string; readonly port: number };

  constructor(engine: { readonly host: string; readonly port: number }) {
    this.#engine = engine;
  }

  async connect(): Promise<WireClient> {
    const client = await WireClient.connect(this.#engine.port, this.#engine.host);
    this.#clients.push(client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }
}
