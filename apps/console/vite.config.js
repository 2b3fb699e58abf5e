import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { lessonCode } from './src/lessons/lesson-code-plugin.ts';

/**
 * The page is a folder of the console; `vite build apps/console` names the console, whose root would win over this file's.
 * @type {import('vite').Plugin}
 */
const pageRoot = {
  name: 'headwater:page-root',
  config: () => ({ root: path.join(import.meta.dirname, 'src/page') }),
};

/** `vite build apps/console` makes dist/page, which the console serves. */
export default defineConfig({
  plugins: [
    pageRoot,
    lessonCode(path.resolve(import.meta.dirname, '../..')),
    svelte({ configFile: false, compilerOptions: { runes: true } }),
  ],
  build: {
    outDir: path.join(import.meta.dirname, 'dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
  },
  server: {
    // For work on the page: a console that runs, found by CONSOLE_URL.
    proxy: { '/api': process.env['CONSOLE_URL'] ?? 'http://127.0.0.1:3000' },
  },
});
