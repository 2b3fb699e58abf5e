/**
 * Bundles the program into CommonJS: `dist/broker.cjs` and the chunks that it loads when they are needed: the broker, the registry, and
 * the registry on another Kafka with the client that reaches it.
 * Why: docs/adr/0012-the-program-is-bundled.md.
 */
import { defineConfig } from 'rolldown';

export default defineConfig({
  cwd: import.meta.dirname,
  input: { broker: 'src/main.ts' },
  platform: 'node',
  // Native code stays in its packages; the last two are named by Nest's pipes, of which nothing runs here.
  external: ['@node-rs/crc32', 'lz4-napi', 'snappy', 'class-transformer', 'class-validator'],
  resolve: { conditionNames: ['@headwater/source', 'node', 'import'] },
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'broker.[name].cjs',
    sourcemap: true,
  },
});
