import type { Component } from 'svelte';
import type { PagePath } from '../../page-paths.ts';
import type { LiveConsole } from '../live/live-console.svelte.ts';

export interface PageProps {
  readonly live: LiveConsole;
}

/** One page of the console. */
export interface PageEntry {
  readonly path: PagePath;
  readonly title: string;
  /** The page of the navigation's first row that it belongs to; without one it stands there itself. */
  readonly under?: PagePath;
  /** The file of its component, from `src/page`. */
  readonly component: `${string}/${string}Page.svelte`;
}

export const PAGES: readonly [PageEntry, ...PageEntry[]] = [
  { path: '/', title: 'Platform', component: 'platform/PlatformPage.svelte' },
  { path: '/topics', title: 'Topics', under: '/', component: 'topics/TopicsPage.svelte' },
  { path: '/messages', title: 'Messages', under: '/', component: 'messages/MessagesPage.svelte' },
  { path: '/groups', title: 'Groups', under: '/', component: 'groups/GroupsPage.svelte' },
  { path: '/schemas', title: 'Schemas', under: '/', component: 'schemas/SchemasPage.svelte' },
  { path: '/dead-letters', title: 'Dead letters', under: '/', component: 'dead-letters/DeadLettersPage.svelte' },
  { path: '/outboxes', title: 'Outboxes', under: '/', component: 'outboxes/OutboxesPage.svelte' },
  { path: '/connectors', title: 'Connectors', under: '/', component: 'connectors/ConnectorsPage.svelte' },
  { path: '/trace', title: 'Path of an event', under: '/', component: 'trace/TracePage.svelte' },
  { path: '/social', title: 'MySocialMedia', component: 'social/SocialPage.svelte' },
  { path: '/movieflix', title: 'MovieFlix', component: 'movieflix/MovieFlixPage.svelte' },
  { path: '/mybank', title: 'MyBank', component: 'mybank/MyBankPage.svelte' },
  { path: '/city', title: 'GetTaxi', component: 'city/CityPage.svelte' },
  { path: '/campaigns', title: 'CampaignCompare', component: 'campaigns/CampaignsPage.svelte' },
  { path: '/lake', title: 'Lake', component: 'lake/LakePage.svelte' },
  { path: '/lessons', title: 'Lessons', component: 'lessons/LessonsPage.svelte' },
];

interface PageModule {
  readonly default: Component<PageProps>;
}

const modules = import.meta.glob<PageModule>('../*/*Page.svelte');

/** A page's code comes when the page is first looked at. */
export async function loadPage({ component }: PageEntry): Promise<Component<PageProps>> {
  const load = modules[`../${component}`];
  if (load === undefined) throw new Error(`there is no ${component}`);
  return (await load()).default;
}

export function titleOf({ title }: PageEntry): string {
  return `${title} · Headwater console`;
}
