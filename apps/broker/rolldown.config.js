/**
 * Bundles the program into CommonJS: `dist/broker.cjs` and the chunks that it loads when they are needed: the broker, the registry, and
 * the registry on another Kafka with the client that reaches it.
 * Why: docs/adr/0012-the-program-is-bundled.md.
 */
import { defineConfig } from 'rolldown';

/** Nest's pipes would load these packages, and no pipe runs here: the program shall not depend on them. */
const withoutPipes = {
  name: 'without-pipes',
  resolveId: (name) => (/^class-(transformer|validator)(\/|$)/.test(name) ? '\0nothing' : undefined),
  load: (name) => (name === '\0nothing' ? 'export {};' : undefined),
};

export default defineConfig({
  cwd: import.meta.dirname,
  input: { broker: 'src/main.ts' },
  platform: 'node',
  // Native code stays in its packages.
  external: ['@node-rs/crc32', 'lz4-napi', 'snappy'],
  plugins: [withoutPipes],
  resolve: { conditionNames: ['@headwater/source', 'node', 'import'] },
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'broker.[name].cjs',
    sourcemap: true,
  },
});
