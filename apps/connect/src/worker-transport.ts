/** Begins the worker's part when its HTTP interface answers, and ends it before that closes: Nest's moments for a transport. */
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { type AddressInfo } from 'node:net';
import { HealthChecks, ServiceConfig } from '@headwater/service-kit';
import { type ConnectorFile } from './configuration/index.ts';
import { ConnectConfig } from './connect-config.ts';
import { Connectors } from './rest/index.ts';
import { traceOf, Worker } from './worker/index.ts';

/** What the folder of connector files holds. */
export const CONNECTOR_FILES = Symbol('connect.files');

@Injectable()
export class WorkerTransport extends Server implements CustomTransportStrategy {
  constructor(
    private readonly worker: Worker,
    private readonly connectors: Connectors,
    private readonly files: readonly ConnectorFile[],
    private readonly config: ConnectConfig,
    private readonly service: ServiceConfig,
    private readonly host: HttpAdapterHost,
    health: HealthChecks,
  ) {
    super();
    connectors.checkFiles(files);
    health.add('ready', 'worker', () =>
      worker.isReady ? { ok: true } : { ok: false, detail: 'has no part in the group of workers yet' },
    );
  }

  listen(callback: () => void): void {
    // A broker that is away must not keep the service from answering.
    void this.worker
      .start(this.url(), () => void this.applyFiles())
      .catch((error: unknown) => {
        this.logger.error(`the worker cannot start: ${traceOf(error)}`);
      });
    callback();
  }

  async close(): Promise<void> {
    await this.worker.close();
  }

  // A transport without events and without a client under it.
  on(): void {
    throw new Error('the worker has no events');
  }

  // The signature is Nest's.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  unwrap<T>(): T {
    throw new Error('the worker has no server under it');
  }

  private async applyFiles(): Promise<void> {
    try {
      await this.connectors.applyFiles(this.files);
    } catch (error) {
      this.logger.error(`the connector files are not in place: ${traceOf(error)}`);
    }
  }

  private url(): string {
    if (this.config.connectAdvertisedUrl !== undefined) return this.config.connectAdvertisedUrl;
    const server = this.host.httpAdapter.getHttpServer() as { address(): AddressInfo | null };
    const { host } = this.service;
    const isWildcard = host === '0.0.0.0' || host === '::';
    return `http://${isWildcard ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${server.address()?.port ?? 0}`;
  }
}
