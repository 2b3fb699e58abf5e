import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { IdempotencyKey, idempotencyKeyHeader } from '../request/idempotency-key.ts';
import { Bookings } from './bookings.ts';
import { Statements } from './statements.ts';
import { BookBatchRequest, BookTransactionRequest, TransactionParams } from './transaction.requests.ts';
import { BatchResponse, BookedResponse, TotalsResponse, TransactionResponse } from './transaction.responses.ts';

@ApiTags('transactions')
@Controller()
export class TransactionController {
  constructor(
    private readonly bookings: Bookings,
    private readonly statements: Statements,
  ) {}

  @Post('transactions')
  @ApiOperation({
    summary: 'Book a transaction',
    description: 'Its id, or the Idempotency-Key where it has none, makes it happen once: repeated is then true.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiCreatedResponse({ type: BookedResponse, description: 'booked, now or before; Location is set' })
  async book(
    @Body() request: BookTransactionRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BookedResponse> {
    const booked = await this.bookings.bookOne(request, idempotencyKey);
    reply.header('location', `/transactions/${encodeURIComponent(booked.transactionId)}`);
    return booked;
  }

  @Post('transactions/batch')
  @HttpCode(200)
  @ApiOperation({ summary: 'Book many transactions, all of them or none' })
  @ApiOkResponse({ type: BatchResponse })
  async bookBatch(@Body() { transactions }: BookBatchRequest): Promise<BatchResponse> {
    return { items: await this.bookings.book(transactions) };
  }

  @Get('transactions/:transactionId')
  @ApiOperation({ summary: 'A transaction with its postings' })
  @ApiOkResponse({ type: TransactionResponse })
  async get(@Param() { transactionId }: TransactionParams): Promise<TransactionResponse> {
    return await this.statements.transaction(transactionId);
  }

  @Get('totals')
  @ApiOperation({ summary: 'How much was booked in all' })
  @ApiOkResponse({ type: TotalsResponse })
  async totals(): Promise<TotalsResponse> {
    return await this.statements.totals();
  }
}
