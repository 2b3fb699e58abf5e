import { type Server as HttpServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Controller, Get, Inject, Module, Res } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { describe, expect, it } from '@jest/globals';
import { type FastifyReply } from 'fastify';
import { SERVICE_CONTEXT, startService, type ServiceContext, type ServiceOptions } from '../index.ts';

@Controller()
class Stream {
  constructor(@Inject(SERVICE_CONTEXT) private readonly context: ServiceContext) {}

  @Get('stream')
  stream(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.write('begun');
    this.context.stopping.addEventListener('abort', () => reply.raw.end());
  }
}

@Module({ controllers: [Stream] })
class StreamModule {}

/** Fails to listen once a client reads the stream. */
class Unreachable extends Server implements CustomTransportStrategy {
  constructor(private readonly urlOf: () => string) {
    super();
  }

  listen(done: (error: Error) => void): void {
    void fetch(`${this.urlOf()}/stream`).then(() => done(new Error('no broker is there')));
  }

  close(): void {
    // There is nothing to close.
  }

  on(): void {
    // It tells nothing.
  }

  unwrap(): never {
    throw new Error('there is nothing within');
  }
}

describe('a service that does not come up', () => {
  it('ends, also when a client reads a stream that has no end', async () => {
    const options: ServiceOptions = {
      name: 'stream',
      environment: { LOG_LEVEL: 'silent', SHUTDOWN_DEADLINE_MS: '600000' },
      prepare: (app) => {
        const urlOf = (): string =>
          `http://127.0.0.1:${((app.getHttpServer() as HttpServer).address() as AddressInfo).port}`;
        app.connectMicroservice({ strategy: new Unreachable(urlOf) });
      },
    };
    await expect(startService(StreamModule, options)).rejects.toThrow('no broker is there');
  });
});
