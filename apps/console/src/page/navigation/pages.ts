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
  readonly load: () => Promise<{ readonly default: Component<PageProps> }>;
}

export const PAGES: readonly [PageEntry, ...PageEntry[]] = [
  { path: '/', title: 'Platform', load: () => import('../platform/PlatformPage.svelte') },
  { path: '/social', title: 'MySocialMedia', load: () => import('../social/SocialPage.svelte') },
  { path: '/movieflix', title: 'MovieFlix', load: () => import('../movieflix/MovieFlixPage.svelte') },
  { path: '/mybank', title: 'MyBank', load: () => import('../mybank/MyBankPage.svelte') },
  { path: '/lake', title: 'Lake', load: () => import('../lake/LakePage.svelte') },
];
