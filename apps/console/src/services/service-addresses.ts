import { Injectable } from '@nestjs/common';
import { ConsoleConfig } from '../console-config.ts';

/** Where the services are, by their names and in the order in which the page names them. */
@Injectable()
export class ServiceAddresses {
  private readonly addresses: ReadonlyMap<string, string | undefined>;

  constructor(config: ConsoleConfig) {
    this.addresses = new Map([
      ['social-posts', config.socialPostsUrl],
      ['social-feed', config.socialFeedUrl],
      ['movieflix-resume', config.movieflixResumeUrl],
      ['movieflix-recommendation', config.movieflixRecommendationUrl],
      ['mybank-ledger', config.mybankLedgerUrl],
      ['mybank-alerts', config.mybankAlertsUrl],
      ['connect', config.connectUrl],
      ['gettaxi-dispatch', config.gettaxiDispatchUrl],
      ['gettaxi-pricing', config.gettaxiPricingUrl],
      ['campaign-compare', config.campaignCompareUrl],
    ]);
  }

  get names(): readonly string[] {
    return [...this.addresses.keys()];
  }

  isKnown(name: string): boolean {
    return this.addresses.has(name);
  }

  /** Address of a service without a slash at its end; undefined when the console was not told where it is. */
  of(name: string): string | undefined {
    return this.addresses.get(name)?.replace(/\/+$/, '');
  }
}
