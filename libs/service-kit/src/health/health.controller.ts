import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { HealthChecks, type HealthKind } from './health-checks.ts';

/** Probes for an orchestrator: 200 when all checks pass, 503 otherwise, the reasons in the body either way. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  private readonly checks: HealthChecks;

  constructor(checks: HealthChecks) {
    this.checks = checks;
  }

  @Get('live')
  live(@Res() reply: FastifyReply): Promise<void> {
    return this.answer('live', reply);
  }

  @Get('ready')
  ready(@Res() reply: FastifyReply): Promise<void> {
    return this.answer('ready', reply);
  }

  private async answer(kind: HealthKind, reply: FastifyReply): Promise<void> {
    const report = await this.checks.report(kind);
    await reply
      .status(report.status === 'ok' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(report);
  }
}
