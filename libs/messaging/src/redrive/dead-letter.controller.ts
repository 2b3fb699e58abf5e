import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { TopicContract } from '@headwater/contract-kit';
import { EventCodec } from '../codec/index.ts';
import { DeadLetterDesk, type NotedDeadLetter, type RedriveOptions, type RedriveReport } from './dead-letter-desk.ts';
import { deadLetterView, type DeadLetterView } from './dead-letter-view.ts';
import {
  actOf,
  answering,
  countOf,
  filterOf,
  offsetOf,
  optionalCount,
  optionalText,
  REDRIVE_TOPICS,
} from './redrive-requests.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Letters that one request redrives or discards, at most: it is answered when they are done. */
const mostLetters = 1_000;

interface ReportView {
  readonly found: number;
  readonly done: number;
  readonly overCap: number;
  readonly dryRun: boolean;
}

/** `GET /messaging/dead-letters/:topic/:group`, and `POST` to its `redrive`, `edit` and `discard`. */
@ApiExcludeController()
@Controller('messaging/dead-letters/:topic/:group')
export class DeadLetterController {
  constructor(
    @Inject(DeadLetterDesk) private readonly desk: DeadLetterDesk,
    @Inject(EventCodec) private readonly codec: EventCodec,
    @Inject(REDRIVE_TOPICS) private readonly topics: readonly TopicContract[],
  ) {}

  /** Letters that match the query (`key`, `error`, `since`, `until`, `partition`, `offset`), open ones unless `state` says `all`. */
  @Get()
  list(
    @Param('topic') topic: string,
    @Param('group') group: string,
    @Query() query: Fields,
  ): Promise<DeadLetterView[]> {
    return answering(async () => {
      const open = { states: ['open'] as const };
      const limit = optionalCount(query, 'limit') ?? 100;
      const chosen = { ...(optionalText(query, 'state') === 'all' ? {} : open), limit };
      const letters = await this.desk.list(topic, group, filterOf(query), chosen);
      return Promise.all(letters.map((letter) => this.view(letter)));
    });
  }

  @Post('redrive')
  @HttpCode(200)
  redrive(@Param('topic') topic: string, @Param('group') group: string, @Body() body: Fields): Promise<ReportView> {
    return answering(async () => {
      const maxRedrives = optionalCount(body, 'maxRedrives');
      const options = { ...optionsOf(body), ...(maxRedrives === undefined ? {} : { maxRedrives }) };
      return reportOf(await this.desk.redrive(topic, group, options), options);
    });
  }

  @Post('discard')
  @HttpCode(200)
  discard(@Param('topic') topic: string, @Param('group') group: string, @Body() body: Fields): Promise<ReportView> {
    return answering(async () => {
      const options = optionsOf(body);
      return reportOf(await this.desk.discard(topic, group, options), options);
    });
  }

  /** Gives the letter at `partition` and `offset` to its group as the event `value`, of the kind `event`. */
  @Post('edit')
  @HttpCode(204)
  edit(@Param('topic') topic: string, @Param('group') group: string, @Body() body: Fields): Promise<void> {
    return answering(() =>
      this.desk.redriveEdited(topic, group, {
        partition: countOf(body, 'partition'),
        offset: offsetOf(body),
        value: body['value'],
        event: optionalText(body, 'event'),
        act: actOf(body),
      }),
    );
  }

  private view(letter: NotedDeadLetter): Promise<DeadLetterView> {
    return deadLetterView(this.codec, this.topics, letter);
  }
}

function optionsOf(body: Fields): RedriveOptions {
  return {
    filter: filterOf(body),
    act: actOf(body),
    dryRun: body['dryRun'] === true,
    perSecond: optionalCount(body, 'perSecond'),
    limit: Math.min(optionalCount(body, 'limit') ?? mostLetters, mostLetters),
  };
}

function reportOf({ found, done, overCap }: RedriveReport, { dryRun = false }: RedriveOptions): ReportView {
  return { found, done: done.length, overCap: overCap.length, dryRun };
}
