/** Where the page's pages are. The console answers each with the one document; the document shows the right page. */
export const PAGE_PATHS = [
  '/',
  '/topics',
  '/messages',
  '/groups',
  '/schemas',
  '/dead-letters',
  '/outboxes',
  '/connectors',
  '/trace',
  '/social',
  '/movieflix',
  '/mybank',
  '/city',
  '/campaigns',
  '/lake',
  '/lessons',
] as const;

export type PagePath = (typeof PAGE_PATHS)[number];
