import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { house } from './tools/eslint/directions.js';

/** All of the workspace is one program to the linter, so that what projects share is read and checked once. */
const typedProjects = ['tsconfig.lint.json', 'apps/console/src/page/tsconfig.json'];

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      '.nx/',
      '.headwater/',
      '**/*.gen.ts',
      'apps/console/src/page/**/*.svelte',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { house },
    languageOptions: {
      parserOptions: {
        project: typedProjects,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'house/directions': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use an `as const` object and a union type instead of an enum.' },
        { selector: 'ExportDefaultDeclaration', message: 'Export by name, so that every importer uses the same word.' },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      // Bounds are checked by the caller in codecs and indexes; `!` says so where an assertion would cost on the hot path.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A response class is a shape for the OpenAPI document: a literal of that shape is what a handler returns.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Nest's modules and some DTOs are classes without members.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
    },
  },
  {
    files: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/vite.config.ts', '**/svelte.config.js', '**/*.config.js'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
        AbortController: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  {
    files: ['tools/src/site/assets/*.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        getComputedStyle: 'readonly',
        localStorage: 'readonly',
        location: 'readonly',
        matchMedia: 'readonly',
      },
    },
  },
);
