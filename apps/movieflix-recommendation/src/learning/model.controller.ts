import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { LiveModel, type ModelState } from './live-model.ts';

class BuildProgressResponse {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'records read, of shows and of watches' })
  readonly records!: number;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, description: 'of what was there when it began' })
  readonly percent!: number;

  @ApiProperty({ type: Boolean })
  readonly done!: boolean;
}

class ModelStateResponse {
  @ApiProperty({ type: BuildProgressResponse, description: 'the model that answers' })
  readonly serving!: BuildProgressResponse;

  @ApiProperty({ type: BuildProgressResponse, nullable: true, description: 'the one that will take its place' })
  readonly rebuild!: BuildProgressResponse | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'since this instance started' })
  readonly rebuilds!: number;
}

@ApiTags('model')
@Controller('model')
export class ModelController {
  constructor(private readonly live: LiveModel) {}

  @Get()
  @ApiOperation({ summary: 'How far the model of this instance is built' })
  @ApiOkResponse({ type: ModelStateResponse })
  state(): ModelState {
    return this.live.state;
  }

  @Post('rebuild')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Build the model of this instance again from the topics',
    description:
      'The one that answers goes on learning and answering until the new one is up to date. Refused while one is being built.',
  })
  @ApiAcceptedResponse({ type: ModelStateResponse, description: 'begun; GET /model tells how far it is' })
  rebuild(): ModelState {
    this.live.rebuild();
    return this.live.state;
  }
}
