/**
 * Which page is shown: the one that the address names. Links are ordinary links; clicks on those that lead to a page are taken
 * here, so that the connection and what is known stay.
 */
import { PAGES, type PageEntry } from './pages.ts';

/** Of `location`, what a router begins with. */
export type Address = Pick<Location, 'pathname' | 'search'>;

export class Router {
  /** The page that is shown. */
  page: PageEntry;
  /** What follows the question mark: who is looked at, which query. */
  query: URLSearchParams;
  /** Counts the ways from page to page, so that the focus can follow. */
  visits = $state(0);

  constructor({ pathname, search }: Address) {
    this.page = $state.raw(pageAt(pathname));
    this.query = $state.raw(new URLSearchParams(search));
  }

  /** Follows links and the browser's own buttons until the returned function is called. */
  listen(): () => void {
    const abort = new AbortController();
    const { signal } = abort;
    document.addEventListener('click', (event) => this.#follow(event), { signal });
    window.addEventListener('popstate', () => this.#show(), { signal });
    return () => abort.abort();
  }

  /** Notes in the address what is looked at on this page, without a step that the back button would undo. */
  note(name: string, value: string): void {
    const query = new URLSearchParams(location.search);
    if (value === '') query.delete(name);
    else query.set(name, value);
    const text = query.toString();
    history.replaceState(null, '', `${location.pathname}${text === '' ? '' : `?${text}`}`);
    this.query = query;
  }

  #follow(event: MouseEvent): void {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link?.target !== '' || link.origin !== location.origin || link.hash !== '') return;
    if (!PAGES.some(({ path }) => path === link.pathname)) return;
    event.preventDefault();
    if (link.href !== location.href) history.pushState(null, '', link.href);
    this.#show();
    scrollTo(0, 0);
  }

  #show(): void {
    this.page = pageAt(location.pathname);
    this.query = new URLSearchParams(location.search);
    this.visits += 1;
  }
}

function pageAt(path: string): PageEntry {
  return PAGES.find((page) => page.path === path) ?? PAGES[0];
}
