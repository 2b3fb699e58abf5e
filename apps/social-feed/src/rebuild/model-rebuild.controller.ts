import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ModelRebuild, type RebuildState } from './model-rebuild.ts';

class RebuildStateResponse {
  @ApiProperty({
    enum: ['none', 'running', 'done', 'failed'],
    description: 'of the last rebuild that this instance began',
  })
  readonly state!: RebuildState['state'];

  @ApiProperty({ type: 'integer', minimum: 0, description: 'records of the topics that were applied' })
  readonly records!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'records that there were at the beginning' })
  readonly totalRecords!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    nullable: true,
    description: 'posts whose totals differed from what was served',
  })
  readonly differentPosts!: number | null;

  @ApiProperty({ type: String, nullable: true })
  readonly failure!: string | null;
}

@ApiTags('read model')
@Controller('read-model')
export class ModelRebuildController {
  constructor(private readonly rebuilding: ModelRebuild) {}

  @Get()
  @ApiOperation({ summary: 'How far a rebuild of the read model is' })
  @ApiOkResponse({ type: RebuildStateResponse })
  state(): RebuildState {
    return this.rebuilding.state;
  }

  @Post('rebuild')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Build the read model anew from the topics',
    description: 'What is served goes on and follows events meanwhile. Refused while one is being built.',
  })
  @ApiAcceptedResponse({ type: RebuildStateResponse, description: 'begun; GET /read-model tells how far it is' })
  rebuild(): Promise<RebuildState> {
    return this.rebuilding.begin();
  }
}
