/** Quotes: what a ride from here to there costs now. A quote is stored before it is answered, so it is honored whatever happens. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type RideRequested } from '@headwater/contracts';
import { type SqlExecutor } from '@headwater/event-sourcing';
import { IdempotentCommands, Problem, type CommandAnswer } from '@headwater/service-kit';
import { EntityManager } from 'typeorm';
import { amountOf, RateCard } from '../fare/rate-card.ts';
import { RateCardConfig } from '../fare/rate-card.config.ts';
import { SurgeConfig } from '../surge/surge.config.ts';
import { ZonePrices } from '../surge/zone-prices.ts';
import { zoneOf } from '../zone/zones.ts';
import { type QuoteRequest, type QuoteResponse } from './quote.requests.ts';

/** What a ride pays by: the quote that binds, if one does, and the surge. */
export interface RidePrice {
  readonly quoteId: string | null;
  readonly surge: number;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

@Injectable()
export class Quotes {
  constructor(
    private readonly manager: EntityManager,
    private readonly idempotentCommands: IdempotentCommands,
    private readonly prices: ZonePrices,
    private readonly rateCard: RateCard,
    private readonly rates: RateCardConfig,
    private readonly surges: SurgeConfig,
  ) {}

  async quote(request: QuoteRequest, key: string | undefined): Promise<CommandAnswer> {
    return await this.idempotentCommands.execute({
      key,
      content: ['quote', request],
      run: async (transaction) => {
        const quote = this.quoteOf(request, new Date());
        await transaction.query(
          'INSERT INTO quotes (quote_id, zone, surge, expires_at, quoted) VALUES ($1, $2, $3, $4, $5)',
          [quote.quoteId, quote.zone, quote.surge, quote.expiresAt, JSON.stringify(quote)],
        );
        return { status: 201, headers: { location: `/quotes/${quote.quoteId}` }, body: quote };
      },
    });
  }

  /** @throws Problem 404 */
  async find(quoteId: string): Promise<QuoteResponse> {
    const [row] = await this.manager.query<{ quoted: QuoteResponse }[]>(
      'SELECT quoted FROM quotes WHERE quote_id = $1',
      [uuid.test(quoteId) ? quoteId : null],
    );
    if (row) return row.quoted;
    throw Problem.notFound('quote-unknown', `There is no quote ${quoteId}.`);
  }

  /**
   * What binds for a ride that was requested from `pickup` at a moment: its quote, if it was for there and had not run out; else the surge
   * that its zone had then, so that nobody rides cheaper by not asking.
   */
  async priceOf(
    transaction: SqlExecutor,
    { quoteId, pickup, requestedAt }: Pick<RideRequested, 'quoteId' | 'pickup' | 'requestedAt'>,
  ): Promise<RidePrice> {
    const zone = zoneOf(pickup, this.surges.surgeH3Resolution) ?? '';
    const [quote] = await transaction.query<{ surge: number }[]>(
      'SELECT surge FROM quotes WHERE quote_id = $1 AND zone = $2 AND expires_at > $3',
      [quoteId !== null && uuid.test(quoteId) ? quoteId : null, zone, requestedAt.toISOString()],
    );
    return quote
      ? { quoteId, surge: quote.surge }
      : { quoteId: null, surge: await this.prices.surgeAt(zone, requestedAt) };
  }

  private quoteOf({ pickup, dropOff }: QuoteRequest, now: Date): QuoteResponse {
    const zone = zoneOf(pickup, this.surges.surgeH3Resolution) ?? '';
    const surge = this.prices.of(zone)?.surge ?? 1;
    const { totalCents } = this.rateCard.estimate(pickup, dropOff, surge, now);
    return {
      quoteId: randomUUID(),
      zone,
      surge,
      estimatedFare: amountOf(totalCents),
      currency: this.rateCard.currency,
      expiresAt: new Date(now.getTime() + this.rates.quoteValidSeconds * 1_000).toISOString(),
    };
  }
}
