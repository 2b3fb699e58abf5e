/**
 * One configuration for every project. Suites are chosen by file name:
 * `*.unit.spec.ts` (no process, no socket), `*.int.spec.ts` (the real broker and PostgreSQL), `*.e2e.spec.ts` (black box).
 * Sources are loaded through the `@headwater/source` condition, so that no build is needed to run a test.
 */
const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2024',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  },
];

/** @type {import('jest').Config} */
export default {
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/{apps,libs,tools}/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '/.headwater/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': swc },
  transformIgnorePatterns: ['/node_modules/'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@headwater/source', 'node', 'node-addons'] },
  // For a busy machine; no test measures time.
  testTimeout: 90_000,
  testSequencer: '<rootDir>/jest.sequencer.js',
  // One more than processors: the suites wait for much.
  maxWorkers: 3,
};
