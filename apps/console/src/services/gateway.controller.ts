/**
 * The one door from the page to the services: a request below `/api/services/NAME/` is passed on to that service, with a
 * limit of time and of size, and its answer is passed back as it is. Services stay unpublished; a service that is away is a
 * problem document that says so. Live streams of events are passed on for as long as somebody reads them.
 */
import { Controller, Delete, Get, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Problem, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asksForEvents, passEventsOn } from './event-stream.ts';
import { MAXIMUM_ANSWER_BYTES, reasonOf } from './http-json.ts';
import { ServiceAddresses } from './service-addresses.ts';

/** Longer than services allow themselves: a query over the lake is given its time there. */
const TIMEOUT_MS = 20_000;
const PREFIX = '/api/services/';

@ApiExcludeController()
@Controller('api/services')
export class GatewayController {
  private readonly addresses: ServiceAddresses;
  private readonly context: ServiceContext;

  constructor(addresses: ServiceAddresses, @Inject(SERVICE_CONTEXT) context: ServiceContext) {
    this.addresses = addresses;
    this.context = context;
  }

  @Get(':service/*')
  async get(@Param('service') service: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.forward(service, request, reply);
  }

  @Put(':service/*')
  async put(@Param('service') service: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.forward(service, request, reply);
  }

  @Post(':service/*')
  async post(@Param('service') service: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.forward(service, request, reply);
  }

  @Delete(':service/*')
  async delete(@Param('service') service: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.forward(service, request, reply);
  }

  private async forward(service: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const address = this.addressOf(service);
    const path = request.url.slice(PREFIX.length + encodeURIComponent(service).length);
    if (asksForEvents(request)) {
      await passEventsOn(`${address}${path}`, request, reply, this.context.stopping).catch((error: unknown) => {
        throw away(service, address, error);
      });
      return;
    }
    const signal = AbortSignal.any([this.context.stopping, AbortSignal.timeout(TIMEOUT_MS)]);
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(`${address}${path}`, {
        method: request.method,
        ...bodyOf(request),
        signal,
        redirect: 'manual',
      });
      text = await answer.text();
    } catch (error) {
      throw away(service, address, error);
    }
    if (text.length > MAXIMUM_ANSWER_BYTES)
      throw new Problem({
        status: 502,
        code: 'answer-too-large',
        detail: `${service} answered more than ${MAXIMUM_ANSWER_BYTES / 1024 ** 2} MiB: ask for less of it`,
      });
    const type = answer.headers.get('content-type') ?? 'application/json';
    await reply.status(answer.status).header('content-type', type).header('cache-control', 'no-store').send(text);
  }

  private addressOf(service: string): string {
    const address = this.addresses.of(service);
    if (address !== undefined) return address;
    const detail = this.addresses.isKnown(service)
      ? `The console was not told where ${service} is: SERVICE_ADDRESSES names it without a URL`
      : `The console knows no service ${service}: it knows ${this.addresses.names.join(', ') || 'none'}`;
    throw new Problem({ status: 404, code: 'service-unknown', title: 'No such service', detail });
  }
}

function away(service: string, address: string, error: unknown): Problem {
  const detail = `${service} at ${address} cannot be asked: ${reasonOf(error, TIMEOUT_MS)}`;
  return new Problem({ status: 503, code: 'service-away', title: 'A service is away', detail, cause: error });
}

function bodyOf({ body }: FastifyRequest): RequestInit {
  if (body === undefined || body === null) return {};
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}
