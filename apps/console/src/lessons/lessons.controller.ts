import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { LessonRunner } from './lesson-runner.ts';
import { LESSON_IDS, type LessonDescription, type LessonId, type LessonState } from './lesson-state.ts';

class LessonParams {
  @ApiProperty({ enum: LESSON_IDS, description: 'the lesson' })
  @IsIn(LESSON_IDS)
  lesson!: LessonId;
}

class BeginRequest {
  @ApiProperty({ type: String, required: false, description: "one of the lesson's choices; its first by default" })
  @IsOptional()
  @IsString()
  choice?: string;
}

class FaultRequest {
  @ApiProperty({ type: Boolean, description: 'whether the fault shall be there' })
  @IsBoolean()
  on!: boolean;
}

@ApiTags('lessons')
@Controller('api/lessons')
export class LessonsController {
  constructor(private readonly runner: LessonRunner) {}

  @Get()
  @ApiOperation({ summary: 'The lessons, and what is missing for those that cannot run here' })
  @ApiOkResponse({ description: 'The lessons, in the order in which they are best read' })
  list(): LessonDescription[] {
    return this.runner.describe();
  }

  @Get('running')
  @ApiOperation({
    summary: 'The lesson that runs: its facts, its picture, its diary',
    description: 'Null without one.',
  })
  @ApiOkResponse({ description: 'The lesson' })
  running(): { readonly lesson: LessonState | null } {
    return { lesson: this.runner.state() };
  }

  @Post(':lesson/begin')
  @HttpCode(204)
  @ApiOperation({ summary: 'Begin a lesson; one that runs already is undone first' })
  @ApiNoContentResponse({ description: 'It runs, without its fault' })
  async begin(@Param() { lesson }: LessonParams, @Body() { choice }: BeginRequest): Promise<void> {
    await this.runner.begin(lesson, choice);
  }

  @Put(':lesson/fault')
  @HttpCode(204)
  @ApiOperation({ summary: "Turn the lesson's switch: cause its fault, or end it" })
  @ApiNoContentResponse({ description: 'It is so' })
  async setFault(@Param() { lesson }: LessonParams, @Body() { on }: FaultRequest): Promise<void> {
    await this.runner.setFault(lesson, on);
  }

  @Post(':lesson/reset')
  @HttpCode(204)
  @ApiOperation({ summary: 'End a lesson and undo what it changed' })
  @ApiNoContentResponse({ description: 'The demo is as it was' })
  async reset(@Param() { lesson }: LessonParams): Promise<void> {
    await this.runner.reset(lesson);
  }
}
