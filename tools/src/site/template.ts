/** A page around a document: navigation, search, what is on the page. Links are relative, so that a page opened from the disk works. */
import path from 'node:path';
import type { RenderedDocument } from './document.ts';

export interface NavigationEntry {
  readonly title: string;
  readonly page: string;
}

export interface NavigationGroup {
  readonly title: string;
  readonly entries: readonly NavigationEntry[];
}

/** @param page where it lies on the site */
export function pageHtml(page: string, document: RenderedDocument, groups: readonly NavigationGroup[]): string {
  const to = (target: string): string => relativePage(page, target);
  const diagrams = document.hasDiagrams ? `\n    <script src="${to('assets/mermaid.js')}" defer></script>` : '';
  return `<!doctype html>
<html lang="en" data-root="${to('')}">
  <head>
    <meta charset="utf-8" />
    <link rel="icon" href="data:," />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(document.title)} · Headwater</title>
    <link rel="stylesheet" href="${to('assets/site.css')}" />
    <script src="${to('assets/minisearch.js')}" defer></script>${diagrams}
    <script src="${to('assets/site.js')}" defer></script>
  </head>
  <body>
    <a class="skip" href="#content">Skip to the text</a>
    <header>
      <button id="menu" aria-label="Menu" aria-controls="navigation" aria-expanded="false">☰</button>
      <a class="name" href="${to('index.html')}">Headwater</a>
      <div class="search" role="search">
        <input id="search" type="search" placeholder="Search  /" aria-label="Search" autocomplete="off" />
        <ol id="found" hidden></ol>
      </div>
      <button id="theme" aria-label="Light or dark">◐</button>
    </header>
    <nav id="navigation" aria-label="Chapters">
${groups.map((group) => groupHtml(page, group)).join('\n')}
    </nav>
    <main id="content">
${document.html}
    </main>
    <aside aria-label="On this page">
${outlineHtml(document)}
    </aside>
  </body>
</html>
`;
}

function groupHtml(page: string, { title, entries }: NavigationGroup): string {
  const items = entries.map(({ title: text, page: target }) => {
    const current = target === page ? ' aria-current="page"' : '';
    return `        <li><a href="${relativePage(page, target)}"${current}>${escapeHtml(text)}</a></li>`;
  });
  return `      <h2>${escapeHtml(title)}</h2>\n      <ul>\n${items.join('\n')}\n      </ul>`;
}

function outlineHtml({ headings }: RenderedDocument): string {
  const items = headings
    .filter(({ level }) => level === 2 || level === 3)
    .map(
      ({ level, text, anchor }) =>
        `        <li class="level-${level}"><a href="#${anchor}">${escapeHtml(text)}</a></li>`,
    );
  return items.length < 2 ? '' : `      <h2>On this page</h2>\n      <ul>\n${items.join('\n')}\n      </ul>`;
}

/** The way from one page to another; both from the site's root. */
export function relativePage(from: string, to: string): string {
  const way = path.posix.relative(path.posix.dirname(from), to);
  return way === '' && to === '' ? '.' : way;
}

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
