import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { LiveModel } from '../learning/live-model.ts';
import type { Recommendation, RecommendationModel } from '../model/index.ts';
import { UserParams } from '../request/fields.ts';
import {
  RecommendationsQuery,
  RecommendationsResponse,
  type ReasonResponse,
  type RecommendationResponse,
} from './recommendation.responses.ts';

@ApiTags('recommendations')
@Controller('users/:userId/recommendations')
export class RecommendationController {
  constructor(private readonly live: LiveModel) {}

  @Get()
  @ApiOperation({
    summary: 'What a user may want to watch next',
    description:
      'Made when it is asked for, from everything that is known then. Nothing that the user has begun or finished; what is popular now ' +
      'for a user of whom nothing is known.',
  })
  @ApiOkResponse({ type: RecommendationsResponse })
  recommendations(@Param() { userId }: UserParams, @Query() { limit }: RecommendationsQuery): RecommendationsResponse {
    const { model } = this.live;
    const items = model.recommend(userId, limit).map((each) => responseOf(model, each));
    return { userId, cold: model.newestWatchOf(userId) === undefined, items };
  }
}

function responseOf(model: RecommendationModel, { showId, score, becauseOf }: Recommendation): RecommendationResponse {
  const { title, genres } = model.factsOf(showId)!;
  return { showId, title, genres, score, reason: reasonOf(model, becauseOf) };
}

function reasonOf(model: RecommendationModel, becauseOf: string | undefined): ReasonResponse {
  if (becauseOf === undefined) return { kind: 'popular-now', showId: null, text: 'Popular now' };
  const title = model.factsOf(becauseOf)?.title ?? becauseOf;
  return { kind: 'because-you-watched', showId: becauseOf, text: `Because you watched ${title}` };
}
