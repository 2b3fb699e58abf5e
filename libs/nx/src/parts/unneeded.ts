/** What parts of a service share, each with what tells that a part needs it; and how it goes when none does. */
import { type ServiceEditor } from './service-editor.ts';

interface Shared {
  /** In a source of whoever needs it. */
  readonly neededBy: RegExp;
  /** What `app.module.ts` has of it. */
  readonly names: readonly string[];
}

const shared: readonly Shared[] = [
  { neededBy: /\bProjection\b/, names: ['ProjectionsModule', 'projectionMigrations'] },
  { neededBy: /\bTopology\b/, names: ['StreamsModule'] },
  { neededBy: /\bIdempotentCommands\b/, names: ['IdempotentCommands', 'CreateIdempotencyKeys1700000000002'] },
  { neededBy: /\bEventStore\b/, names: ['EventStoreModule', 'eventStoreMigrations'] },
  { neededBy: /\b(Outbox|outboxMessageOf)\b/, names: ['OutboxModule', 'outboxMigrations'] },
];

/** Packages that a service depends on for a part of it only, by what tells in a source that it does. */
const packages: Readonly<Record<string, RegExp>> = {
  '@headwater/event-sourcing': /'@headwater\/event-sourcing'/,
  '@headwater/streams': /'@headwater\/streams'/,
  '@nestjs/microservices': /'@nestjs\/microservices'/,
  typeorm: /'typeorm'/,
  // Its client, which no source imports.
  pg: /'typeorm'|\bDatabaseModule\b/,
};

export function dropUnneeded(service: ServiceEditor): void {
  const parts = service.sources('src').filter(({ file }) => file !== 'src/app.module.ts');
  const isNeeded = (by: RegExp): boolean => parts.some(({ text }) => by.test(text));
  for (const { neededBy, names } of shared) if (!isNeeded(neededBy)) service.editModule((module) => module.drop(names));
  if (!isNeeded(/@Subscribe\(/)) service.dropInbox();
  if (service.database !== undefined && !service.read('src/app.module.ts').includes('migrations:'))
    service.dropDatabase();
  const codec = 'fixtures/local-codec.ts';
  const all = (): string =>
    service
      .sources()
      .map(({ text }) => text)
      .join('\n');
  if (service.exists(codec) && !all().includes('local-codec')) service.tree.delete(`${service.folder}/${codec}`);
  const left = all();
  service.dependNoMoreOn(...Object.keys(packages).filter((name) => !packages[name]!.test(left)));
}
