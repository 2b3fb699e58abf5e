/** Where the page's pages are. Each has a document, which the build makes. */
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

/** The file that holds a page's document. */
export const documentOf = (page: PagePath): string => (page === '/' ? 'index.html' : `${page.slice(1)}.html`);
