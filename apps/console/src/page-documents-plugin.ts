/**
 * For Vite: each page of the console has a document of its own. Its frame stands in it as markup with its styles, so that it is seen and
 * its links work before anything else has come, and it names the page's own chunks, so that a browser asks for all that it needs at once.
 */
import path from 'node:path';
import { runnerImport, type InlineConfig, type Plugin, type Rolldown } from 'vite';
import { documentOf, type PagePath } from './page-paths.ts';

/** What of a page is the same whatever happens: what `src/page/frames.ts` renders. */
export interface PageFrame {
  readonly path: PagePath;
  readonly title: string;
  /** The file of its component, from `src/page`. */
  readonly component: string;
  readonly html: string;
}

const TEMPLATE = 'index.html';

type Bundle = Rolldown.OutputBundle;
type Chunk = Rolldown.OutputChunk;

/** @param folder of the page's sources; @param rendering by which plugins they are rendered */
export function pageDocuments(folder: string, rendering: InlineConfig): Plugin {
  return {
    name: 'headwater:page-documents',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_options, bundle) {
      const rendered = await runnerImport<{ frames: readonly PageFrame[] }>(path.join(folder, 'frames.ts'), rendering);
      const template = bundle[TEMPLATE];
      if (template?.type !== 'asset') throw new Error(`the build made no ${TEMPLATE}`);
      const text = withStyles(String(template.source), bundle);
      for (const { path: page, title, component, html } of rendered.module.frames) {
        const source = text
          .replace(
            /<title>.*<\/title>/,
            () => `<title>${title}</title>${linksOf(bundle, path.join(folder, component))}`,
          )
          .replace('<div id="app"></div>', () => `<div id="app">${html}</div>`);
        const fileName = documentOf(page);
        if (fileName === TEMPLATE) template.source = source;
        else this.emitFile({ type: 'asset', fileName, source });
      }
    },
  };
}

/** The frame's styles in the document itself. */
function withStyles(document: string, bundle: Bundle): string {
  return document.replace(/<link rel="stylesheet" crossorigin href="\/([^"]+)">/g, (_link, name: string) => {
    const styles = bundle[name];
    if (styles?.type !== 'asset') throw new Error(`the build made no ${name}`);
    return `<style>${String(styles.source)}</style>`;
  });
}

/** Links to all that a component loads. The styles are only fetched: nothing that is shown waits for them until Vite's loader takes them. */
function linksOf(bundle: Bundle, component: string): string {
  const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
  const entry = chunks.find(({ facadeModuleId }) => facadeModuleId === component);
  if (entry === undefined) throw new Error(`the build made no chunk of ${component}`);
  const all = [...withImports(entry, new Map(chunks.map((chunk) => [chunk.fileName, chunk])))];
  const styles = new Set(all.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]));
  const links = [
    ...all.map(({ fileName }) => `<link rel="modulepreload" crossorigin href="/${fileName}">`),
    ...[...styles].map((fileName) => `<link rel="preload" as="style" crossorigin href="/${fileName}">`),
  ];
  return links.map((link) => `\n    ${link}`).join('');
}

/** A chunk and what it imports at once. The page's main chunk is named by the document already. */
function withImports(chunk: Chunk, all: ReadonlyMap<string, Chunk>, found = new Set<Chunk>()): Set<Chunk> {
  if (found.has(chunk) || chunk.isEntry) return found;
  found.add(chunk);
  for (const name of chunk.imports) {
    const imported = all.get(name);
    if (imported !== undefined) withImports(imported, all, found);
  }
  return found;
}
