/**
 * Bundles the program into CommonJS: `dist/broker.cjs` and two chunks that it loads when they are needed (broker, registry).
 * Why: docs/adr/0012-the-program-is-bundled.md.
 */
import { defineConfig } from 'rolldown';

export default defineConfig({
  cwd: import.meta.dirname,
  input: { broker: 'src/main.ts' },
  platform: 'node',
  // Native code, which stays in its packages, and the client of another Kafka, which few ask for.
  external: ['@node-rs/crc32', 'lz4-napi', 'snappy', '@headwater/messaging/kafka'],
  resolve: { conditionNames: ['@headwater/source', 'node', 'import'] },
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'broker.[name].cjs',
    sourcemap: true,
  },
});
