/** Builds the site into a folder, which is emptied first. */
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import MiniSearch from 'minisearch';
import { apiLink, apiPages, bySymbol } from './api-pages.ts';
import { asyncApiPages } from './asyncapi-pages.ts';
import { chaptersOf, pageOf, readDocument } from './chapters.ts';
import { renderDocument, type LinkTarget, type RenderedDocument } from './document.ts';
import { isOutside, resolveLink } from './links.ts';
import { restPages } from './rest-pages.ts';
import { pageHtml, relativePage, type NavigationGroup } from './template.ts';

export interface BuiltSite {
  readonly folder: string;
  /** Pages from the site's root. */
  readonly pages: readonly string[];
}

interface SitePage {
  readonly chapter: string;
  readonly page: string;
  readonly document: RenderedDocument;
}

/** What a search finds: a heading with the text below it. */
export const searchOptions = {
  fields: ['title', 'heading', 'body'],
  storeFields: ['title', 'heading', 'page'],
};

/**
 * @param root the project's
 * @param folder where the site is put
 * @param reference where TypeDoc has written the libraries' reference
 */
export function buildSite(root: string, folder: string, reference: string): BuiltSite {
  const pages = pagesOf(root, reference);
  const groups = navigationOf(pages);
  fs.rmSync(folder, { recursive: true, force: true });
  for (const { page, document } of pages) write(folder, page, pageHtml(page, document, groups));
  write(folder, 'assets/search-index.js', `globalThis.searchIndex = ${JSON.stringify(searchIndex(pages))};\n`);
  copyAssets(root, folder);
  return { folder, pages: pages.map(({ page }) => page) };
}

function pagesOf(root: string, reference: string): SitePage[] {
  const chapters = chaptersOf(root);
  const known = new Map(chapters.flatMap(({ files }) => files.map((file) => [file, pageOf(file)] as const)));
  const fromFiles = chapters.flatMap(({ title, files }) =>
    files.map((file) => ({
      chapter: title,
      page: pageOf(file),
      document: renderDocument(readDocument(root, file), linkTargets(root, file, known)),
    })),
  );
  const ledgers = [
    { chapter: 'REST', ledger: restPages(root) },
    { chapter: 'Messages', ledger: asyncApiPages(root) },
  ];
  const made = ledgers.flatMap(({ chapter, ledger }) =>
    ledger.map(({ page, markdown }) => ({ chapter, page, document: renderDocument(markdown, (target) => target) })),
  );
  const api = apiPages(reference).map(({ page, markdown }) => ({
    chapter: 'API',
    page,
    document: bySymbol(renderDocument(markdown, apiLink)),
  }));
  return [...fromFiles, ...made, ...api];
}

/** Links to other documents lead to their pages, links to pictures to their copies; other files are not on the site. */
function linkTargets(root: string, file: string, known: ReadonlyMap<string, string>): LinkTarget {
  return (target) => {
    if (isOutside(target)) return target;
    const { file: to, anchor } = resolveLink(file, target);
    const page = known.get(to) ?? known.get(`${to}/README.md`) ?? pictureOf(root, to);
    if (page === undefined) return undefined;
    const way = to === file ? '' : relativePage(pageOf(file), page);
    return anchor === undefined ? way : `${way}#${anchor}`;
  };
}

function pictureOf(root: string, file: string): string | undefined {
  const isPicture = /\.(png|svg|jpg)$/.test(file) && fs.existsSync(path.join(root, file));
  return isPicture ? file.replace(/^docs\//, '') : undefined;
}

function navigationOf(pages: readonly SitePage[]): NavigationGroup[] {
  return [...Map.groupBy(pages, ({ chapter }) => chapter)].map(([title, entries]) => ({
    title,
    entries: entries.map(({ page, document }) => ({ page, title: document.title })),
  }));
}

function searchIndex(pages: readonly SitePage[]): MiniSearch {
  const index = new MiniSearch(searchOptions);
  index.addAll(
    pages.flatMap(({ page, document }) =>
      document.sections.map(({ text, anchor, body, level }) => ({
        id: `${page}#${anchor}`,
        page: level === 1 ? page : `${page}#${anchor}`,
        title: document.title,
        heading: text,
        body,
      })),
    ),
  );
  return index;
}

function copyAssets(root: string, folder: string): void {
  const require = createRequire(import.meta.url);
  const minisearch = path.join(path.dirname(require.resolve('minisearch')), '../umd/index.js');
  const mermaid = path.join(root, 'node_modules/mermaid/dist/mermaid.min.js');
  const assets = path.join(root, 'tools/src/site/assets');
  copy(minisearch, path.join(folder, 'assets/minisearch.js'));
  copy(mermaid, path.join(folder, 'assets/mermaid.js'));
  for (const file of fs.readdirSync(assets)) copy(path.join(assets, file), path.join(folder, 'assets', file));
  const images = path.join(root, 'docs/images');
  if (fs.existsSync(images)) fs.cpSync(images, path.join(folder, 'images'), { recursive: true });
}

function copy(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
}

function write(folder: string, page: string, text: string): void {
  const file = path.join(folder, page);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}
