/** What the specs do with the service, whichever way it runs. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A report as a device sends it. */
export interface Report {
  readonly userId: string;
  readonly showId: string;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly deviceId: string;
  readonly occurredAt: string;
}

export class ResumeApi {
  constructor(readonly url: string) {}

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...content,
    });
    const text = await response.text();
    const parsed = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body: parsed };
  }

  report({ userId, showId, ...request }: Report): Promise<Answer> {
    return this.send('PUT', `/users/${userId}/shows/${showId}/position`, request);
  }

  position(userId: string, showId: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send('GET', `/users/${userId}/shows/${showId}/position`, undefined, headers);
  }

  async batch(positions: readonly unknown[]): Promise<readonly BatchResult[]> {
    const { status, body } = await this.send('POST', '/positions', { positions });
    if (status !== 200) throw new Error(`a batch was answered with ${status}: ${JSON.stringify(body)}`);
    return body['results'] as readonly BatchResult[];
  }

  /** All pages. */
  async resume(userId: string, limit = 200): Promise<readonly ResumeItem[]> {
    const items: ResumeItem[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { status, body } = await this.send('GET', `/users/${userId}/resume?limit=${limit}${query}`);
      if (status !== 200) throw new Error(`the list of ${userId} was answered with ${status}: ${JSON.stringify(body)}`);
      items.push(...(body['items'] as ResumeItem[]));
      cursor = body['nextCursor'] as string | null;
    } while (cursor !== null);
    return items;
  }

  async isReady(): Promise<boolean> {
    const { status } = await this.send('GET', '/health/ready');
    return status === 200;
  }

  async ready(): Promise<void> {
    while (!(await this.isReady())) await delay(50);
  }
}

export interface ResumeItem extends Report {
  readonly title: string | null;
  readonly finished: boolean;
}

export interface BatchResult {
  readonly status: 'moved' | 'kept' | 'refused';
  readonly position?: ResumeItem;
  readonly problem?: {
    readonly status: number;
    readonly type: string;
    readonly errors?: readonly { readonly field: string }[];
  };
}
