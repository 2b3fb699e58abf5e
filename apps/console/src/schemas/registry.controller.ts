import { Controller, Delete, Get, HttpCode, Post, Put, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { RegistryDoor } from './registry-door.ts';

const PREFIX = '/api/registry';

/** The schema registry's own API below `/api/registry`: answers as they are, refusals as problem documents. */
@ApiExcludeController()
@Controller('api/registry')
export class RegistryController {
  constructor(private readonly registry: RegistryDoor) {}

  @Get('*')
  get(@Req() request: FastifyRequest): Promise<unknown> {
    return this.pass(request);
  }

  @Post('*')
  @HttpCode(200)
  post(@Req() request: FastifyRequest): Promise<unknown> {
    return this.pass(request);
  }

  @Put('*')
  put(@Req() request: FastifyRequest): Promise<unknown> {
    return this.pass(request);
  }

  @Delete('*')
  delete(@Req() request: FastifyRequest): Promise<unknown> {
    return this.pass(request);
  }

  private async pass({ method, url, body }: FastifyRequest): Promise<unknown> {
    const answer = await this.registry.json(method, url.slice(PREFIX.length), body);
    // A bare text or number is no JSON document to the framework.
    return typeof answer === 'object' ? answer : JSON.stringify(answer);
  }
}
