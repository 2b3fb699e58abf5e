import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** `vite build --config apps/console/vite.config.ts` makes dist/page, which the console serves. */
export default defineConfig({
  root: path.join(import.meta.dirname, 'src/page'),
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  build: {
    outDir: path.join(import.meta.dirname, 'dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    // For work on the page: a console that runs, found by CONSOLE_URL.
    proxy: { '/api': process.env['CONSOLE_URL'] ?? 'http://127.0.0.1:3000' },
  },
});
