/**
 * What the demo is made of, in one list: a further service is a further entry. PostgreSQL is the launcher's own (it has
 * no entry), everything else is a Node process with a ready line on stdout.
 */

/** What the demo shows. Services that belong to none are always started. */
export const CASES = ['social', 'movieflix', 'mybank', 'gettaxi', 'campaign', 'lake'] as const;

export type Case = (typeof CASES)[number];

/** A service that listens on HTTP, prints `ready <name>=http://…` and reads its settings from the environment. */
export interface ServicePart {
  readonly kind: 'service';
  /** Name in the table, in endpoints.json, of the log file and of the service itself. */
  readonly name: string;
  /** The cases that it serves; all of them if absent. */
  readonly cases?: readonly Case[];
  /** What a visitor finds there. */
  readonly about: string;
  /** Compiled entry, from the project's root. */
  readonly script: string;
  readonly port: number;
  /** Database that the service owns; none if absent. */
  readonly database?: string;
  /** Databases of others that it is given, by the variable that names them: what a capture reads. */
  readonly foreignDatabases?: Readonly<Record<string, string>>;
  /** It is given the launcher's control door. */
  readonly controls?: boolean;
  /** Folders under the data folder that it is given, by the variable that names them. `--fresh` empties them. */
  readonly folders?: Readonly<Record<string, string>>;
}

/** The bundled broker with the schema registry. */
export interface BrokerPart {
  readonly kind: 'broker';
  readonly name: 'broker';
  readonly about: string;
  readonly script: string;
  readonly port: number;
  readonly registryPort: number;
}

export type Part = BrokerPart | ServicePart;

/** Below the ports that systems give to outgoing connections, so that none of those takes it while the server restarts. */
export const POSTGRES_PORT = 25_432;

export const BROKER: BrokerPart = {
  kind: 'broker',
  name: 'broker',
  about: 'Kafka protocol',
  script: 'apps/broker/dist/broker.cjs',
  port: 9092,
  registryPort: 8081,
};

/** A gentle load of each case, beside the services. */
export const SIMULATOR: {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  /** The cases that it has people for. */
  readonly cases: readonly Case[];
} = {
  name: 'simulator',
  script: 'apps/simulator/dist/main.js',
  args: ['demo'],
  cases: CASES.filter((name) => name !== 'lake'),
};

export const SERVICES: readonly ServicePart[] = [
  {
    kind: 'service',
    name: 'console',
    about: 'the platform and each case, live',
    script: 'apps/console/dist/main.js',
    port: 8080,
    database: 'console',
    controls: true,
  },
  {
    kind: 'service',
    name: 'social-posts',
    cases: ['social'],
    about: 'MySocialMedia, commands; API at /docs',
    script: 'apps/social-posts/dist/main.js',
    port: 3001,
    database: 'social_posts',
  },
  {
    kind: 'service',
    name: 'social-feed',
    cases: ['social'],
    about: 'MySocialMedia, queries; API at /docs',
    script: 'apps/social-feed/dist/main.js',
    port: 3002,
    database: 'social_feed',
  },
  {
    kind: 'service',
    name: 'movieflix-resume',
    cases: ['movieflix'],
    about: 'MovieFlix, where users stopped; API at /docs',
    script: 'apps/movieflix-resume/dist/main.js',
    port: 3003,
  },
  {
    kind: 'service',
    name: 'movieflix-recommendation',
    cases: ['movieflix'],
    about: 'MovieFlix, what to watch next; API at /docs',
    script: 'apps/movieflix-recommendation/dist/main.js',
    port: 3004,
  },
  {
    kind: 'service',
    name: 'mybank-ledger',
    cases: ['mybank'],
    about: 'MyBank, accounts and transactions; API at /docs',
    script: 'apps/mybank-ledger/dist/main.js',
    port: 3005,
    database: 'mybank_ledger',
  },
  {
    kind: 'service',
    name: 'mybank-alerts',
    cases: ['mybank'],
    about: 'MyBank, thresholds and alerts; API at /docs',
    script: 'apps/mybank-alerts/dist/main.js',
    port: 3006,
    database: 'mybank_alerts',
  },
  {
    kind: 'service',
    name: 'connect',
    cases: ['mybank', 'lake'],
    about: 'change capture and the lake; API at /docs',
    script: 'apps/connect/dist/main.js',
    port: 3007,
    foreignDatabases: { MYBANK_LEDGER_DATABASE_URL: 'mybank_ledger' },
    folders: { LAKE_URL: 'lake' },
  },
  {
    kind: 'service',
    name: 'gettaxi-dispatch',
    cases: ['gettaxi'],
    about: 'GetTaxi, positions and rides; API at /docs',
    script: 'apps/gettaxi-dispatch/dist/main.js',
    port: 3008,
    database: 'gettaxi_dispatch',
  },
  {
    kind: 'service',
    name: 'gettaxi-pricing',
    cases: ['gettaxi'],
    about: 'GetTaxi, surge, quotes and fares; API at /docs',
    script: 'apps/gettaxi-pricing/dist/main.js',
    port: 3009,
    database: 'gettaxi_pricing',
  },
  {
    kind: 'service',
    name: 'campaign-compare',
    cases: ['campaign'],
    about: 'CampaignCompare, advertisements compared; API at /docs',
    script: 'apps/campaign-compare/dist/main.js',
    port: 3010,
  },
];

/** The services of some cases, or of all. */
export function servicesOf(cases: readonly Case[] = CASES): readonly ServicePart[] {
  return SERVICES.filter((part) => part.cases === undefined || part.cases.some((each) => cases.includes(each)));
}
