/** What the build renders of each page before any script runs in a browser: name and navigation, around what is waited for. */
import { render } from 'svelte/server';
import type { PageFrame } from '../page-documents-plugin.ts';
import App from './App.svelte';
import { PAGES, titleOf } from './navigation/pages.ts';

export const frames: readonly PageFrame[] = PAGES.map((page) => ({
  path: page.path,
  title: titleOf(page),
  component: page.component,
  html: render(App, { props: { address: { pathname: page.path, search: '' } } }).body,
}));
