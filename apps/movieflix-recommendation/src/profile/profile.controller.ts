import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { LiveModel } from '../learning/live-model.ts';
import { UserParams } from '../request/fields.ts';
import { ProfileResponse } from './profile.responses.ts';

const instantOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

@ApiTags('profile')
@Controller('users/:userId/profile')
export class ProfileController {
  constructor(private readonly live: LiveModel) {}

  @Get()
  @ApiOperation({
    summary: 'What a user watched, how far and when, and of which genres',
    description: 'Follows the watches within moments. A user of whom nothing is known has an empty profile.',
  })
  @ApiOkResponse({ type: ProfileResponse })
  profile(@Param() { userId }: UserParams): ProfileResponse {
    const { model } = this.live;
    const { watches = [], genres = [] } = model.profile(userId) ?? {};
    return {
      userId,
      begun: watches.length,
      finished: watches.filter(({ finished }) => finished).length,
      lastWatchedAt: watches[0] ? instantOf(watches[0].atSeconds) : null,
      genres,
      watches: watches.map(({ showId, share, finished, atSeconds }) => ({
        showId,
        title: model.factsOf(showId)?.title ?? null,
        share,
        finished,
        watchedAt: instantOf(atSeconds),
      })),
    };
  }
}
