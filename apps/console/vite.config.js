import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { lessonCode } from './src/lessons/lesson-code-plugin.ts';
import { pageDocuments } from './src/page-documents-plugin.ts';

const pageFolder = path.join(import.meta.dirname, 'src/page');

/**
 * The page is a folder of the console; `vite build apps/console` names the console, whose root would win over this file's.
 * @type {import('vite').Plugin}
 */
const pageRoot = {
  name: 'headwater:page-root',
  config: () => ({ root: pageFolder }),
};

const compilerOptions = { runes: true };

/** How frames are rendered: outside of the build, for it all the same, and without styles, which the build has. */
const rendering = {
  root: pageFolder,
  plugins: [
    svelte({ configFile: false, emitCss: false, compilerOptions: { ...compilerOptions, dev: false, hmr: false } }),
  ],
};

/** `vite build apps/console` makes dist/page, which the console serves. */
export default defineConfig({
  plugins: [
    pageRoot,
    lessonCode(path.resolve(import.meta.dirname, '../..')),
    svelte({ configFile: false, compilerOptions }),
    pageDocuments(pageFolder, rendering),
  ],
  build: {
    outDir: path.join(import.meta.dirname, 'dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // What most pages have in common is small and one file: each file is a request before a page is there.
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'parts', test: /src[\\/]page[\\/](?:parts[\\/]|charts[\\/]LiveCount|format)/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    // For work on the page: a console that runs, found by CONSOLE_URL.
    proxy: { '/api': process.env['CONSOLE_URL'] ?? 'http://127.0.0.1:3000' },
  },
});
