/** A user's live stream of alerts, read as a browser does: connected again wherever it was cut, behind the last id that was seen. */
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { type UserAlert } from './bank-client.ts';

const retryMs = 100;

export class AlertReader {
  readonly #url: string;
  readonly #onAlert: (alert: UserAlert) => void;
  #request: ClientRequest | undefined;
  #lastId: string;
  #closed = false;
  #opened = Promise.withResolvers<undefined>();

  /** @param after the number of the last alert that was seen */
  constructor(alertsUrl: string, userId: string, after: number, onAlert: (alert: UserAlert) => void) {
    this.#url = `${alertsUrl}/users/${encodeURIComponent(userId)}/alerts/stream`;
    this.#lastId = String(after);
    this.#onAlert = onAlert;
    this.#connect();
  }

  /** Resolves when it is connected for the first time. */
  get opened(): Promise<undefined> {
    return this.#opened.promise;
  }

  close(): void {
    this.#closed = true;
    this.#request?.destroy();
  }

  #connect(): void {
    if (this.#closed) return;
    const request = get(this.#url, { agent: false, headers: { 'last-event-id': this.#lastId } });
    this.#request = request;
    request.on('response', (response) => this.#read(response));
    request.on('error', () => undefined);
    request.once('close', () => setTimeout(() => this.#connect(), retryMs).unref());
  }

  #read(response: IncomingMessage): void {
    if (response.statusCode !== 200) {
      response.destroy();
      return;
    }
    this.#opened.resolve(undefined);
    let text = '';
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('data', (piece: string) => {
      text += piece;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.#take(event);
    });
  }

  #take(event: string): void {
    const [, id] = /^id: (.*)$/m.exec(event) ?? [];
    const [, data] = /^data: (.*)$/m.exec(event) ?? [];
    if (id === undefined || data === undefined) return;
    this.#lastId = id;
    this.#onAlert(JSON.parse(data) as UserAlert);
  }
}
