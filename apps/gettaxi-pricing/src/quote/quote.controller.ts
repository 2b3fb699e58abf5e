import { Body, Controller, Get, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { answerWith, IdempotencyKey, idempotencyKeyHeader } from '@headwater/service-kit';
import { type FastifyReply } from 'fastify';
import { QuoteParams, QuoteRequest, QuoteResponse } from './quote.requests.ts';
import { Quotes } from './quotes.ts';

@ApiTags('quotes')
@Controller('quotes')
export class QuoteController {
  constructor(private readonly quotes: Quotes) {}

  @Post()
  @ApiOperation({
    summary: 'What a ride costs from here to there, now',
    description:
      'The surge is honored for a ride that names the quote and is requested before it runs out, from the same zone. ' +
      'The fare is an estimate: the meter decides.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiCreatedResponse({ type: QuoteResponse, description: 'stored; Location is set' })
  async quote(
    @Body() request: QuoteRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answerWith(reply, await this.quotes.quote(request, idempotencyKey));
  }

  @Get(':quoteId')
  @ApiOperation({ summary: 'A quote as it was given' })
  @ApiOkResponse({ type: QuoteResponse })
  async get(@Param() { quoteId }: QuoteParams): Promise<QuoteResponse> {
    return await this.quotes.find(quoteId);
  }
}
