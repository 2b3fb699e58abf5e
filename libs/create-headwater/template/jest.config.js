/** One configuration for every project. Sources are loaded through the `@headwater/source` condition: no build is needed to run a test. */
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
  testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/', '/.headwater/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': swc },
  testEnvironmentOptions: { customExportConditions: ['@headwater/source', 'node', 'node-addons'] },
  // For a busy machine; no test measures time.
  testTimeout: 90_000,
};
