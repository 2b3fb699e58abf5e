import { Controller, Get, HttpCode, HttpException, Inject, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ProjectionError } from './projection-error.ts';
import { ProjectionsOperator, type ProjectionStatus } from './projections-operator.ts';

/** `/event-sourcing/projections`: how far each is, why one stands still, how far a rebuild has come, and asking for one. */
@ApiExcludeController()
@Controller('event-sourcing/projections')
export class ProjectionsController {
  constructor(@Inject(ProjectionsOperator) private readonly operator: ProjectionsOperator) {}

  @Get()
  status(): Promise<ProjectionStatus[]> {
    return this.operator.status();
  }

  @Post(':name/rebuild')
  @HttpCode(202)
  async rebuild(@Param('name') name: string): Promise<void> {
    try {
      await this.operator.requestRebuild(name);
    } catch (error) {
      if (error instanceof ProjectionError) throw new HttpException(error.message, 404, { cause: error });
      throw error;
    }
  }
}
