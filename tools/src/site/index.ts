/**
 * The documentation as a site: every Markdown file of `docs/`, the libraries' READMEs and pages that are made from the ledgers, as plain
 * HTML files that need no server of ours and no network. Search runs in the browser over an index that is built with the pages.
 *
 * chapters  what there is, in the order in which it is read
 * document  a Markdown file: its headings, its links, its HTML
 * rest-pages, asyncapi-pages  Markdown made from the ledgers of the services
 * api-pages  the libraries' reference, which TypeDoc makes from their sources
 * links     what does not lead anywhere; a test keeps it empty
 * build     all of it, into a folder
 */
export { writeReference } from './api-pages.ts';
export { buildSite, type BuiltSite } from './build.ts';
export { brokenLinks, documentFiles, type BrokenLink } from './links.ts';
