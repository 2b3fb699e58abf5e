import type { Component } from 'svelte';
import type { PagePath } from '../../page-paths.ts';
import type { LiveConsole } from '../live/live-console.svelte.ts';

export interface PageProps {
  readonly live: LiveConsole;
}

/** One page of the console. Each is loaded when it is first looked at. */
export interface PageEntry {
  readonly path: PagePath;
  readonly title: string;
  /** The page of the navigation's first row that it belongs to; without one it stands there itself. */
  readonly under?: PagePath;
  readonly load: () => Promise<{ readonly default: Component<PageProps> }>;
}

export const PAGES: readonly [PageEntry, ...PageEntry[]] = [
  { path: '/', title: 'Platform', load: () => import('../platform/PlatformPage.svelte') },
  { path: '/topics', title: 'Topics', under: '/', load: () => import('../topics/TopicsPage.svelte') },
  { path: '/messages', title: 'Messages', under: '/', load: () => import('../messages/MessagesPage.svelte') },
  { path: '/groups', title: 'Groups', under: '/', load: () => import('../groups/GroupsPage.svelte') },
  { path: '/schemas', title: 'Schemas', under: '/', load: () => import('../schemas/SchemasPage.svelte') },
  {
    path: '/dead-letters',
    title: 'Dead letters',
    under: '/',
    load: () => import('../dead-letters/DeadLettersPage.svelte'),
  },
  { path: '/outboxes', title: 'Outboxes', under: '/', load: () => import('../outboxes/OutboxesPage.svelte') },
  { path: '/connectors', title: 'Connectors', under: '/', load: () => import('../connectors/ConnectorsPage.svelte') },
  { path: '/trace', title: 'Path of an event', under: '/', load: () => import('../trace/TracePage.svelte') },
  { path: '/social', title: 'MySocialMedia', load: () => import('../social/SocialPage.svelte') },
  { path: '/movieflix', title: 'MovieFlix', load: () => import('../movieflix/MovieFlixPage.svelte') },
  { path: '/mybank', title: 'MyBank', load: () => import('../mybank/MyBankPage.svelte') },
  { path: '/city', title: 'GetTaxi', load: () => import('../city/CityPage.svelte') },
  { path: '/campaigns', title: 'CampaignCompare', load: () => import('../campaigns/CampaignsPage.svelte') },
  { path: '/lake', title: 'Lake', load: () => import('../lake/LakePage.svelte') },
  { path: '/lessons', title: 'Lessons', load: () => import('../lessons/LessonsPage.svelte') },
];
