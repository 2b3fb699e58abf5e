import { StreamsError } from '../errors/index.ts';
import type { StreamsApp, StreamsHealth } from '../runtime/index.ts';
import type { ReadableStore } from '../store/index.ts';

/** The running topologies of a service, to be injected where their tables are asked. */
export class Streams {
  private readonly apps = new Map<string, StreamsApp>();

  /** Called by the module as topologies start. */
  add(applicationId: string, app: StreamsApp): void {
    this.apps.set(applicationId, app);
  }

  /** @throws {StreamsError} `STORE_UNKNOWN` when no such application has been started. */
  app(applicationId: string): StreamsApp {
    const app = this.apps.get(applicationId);
    if (!app)
      throw new StreamsError('STORE_UNKNOWN', `No application ${applicationId} has been started in this service`);
    return app;
  }

  /** A table of an application. @throws {StreamsError} `STORE_UNKNOWN` */
  store<K, V>(applicationId: string, name: string): ReadableStore<K, V> {
    return this.app(applicationId).store<K, V>(name);
  }

  all(): StreamsApp[] {
    return [...this.apps.values()];
  }

  /** The first bad news of `count` applications, or that all is well. */
  health(kind: 'ready' | 'live', count: number): StreamsHealth {
    if (kind === 'ready' && this.apps.size < count) return { ok: false, detail: 'topics are being looked at' };
    return (
      this.all()
        .map((app) => app[kind]())
        .find(({ ok }) => !ok) ?? { ok: true }
    );
  }
}
