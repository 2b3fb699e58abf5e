import { expect, it } from '@jest/globals';
import { publishedManifest } from './published-manifest.ts';

it('a published package.json leads to nothing of the workspace', () => {
  const source = { '@headwater/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' };
  const published = publishedManifest({
    name: '@headwater/kit',
    version: '0.1.0',
    exports: { '.': source, './engines': source, './program': './dist/program.cjs' },
    files: ['dist'],
    publishConfig: { exports: { '.': source, './program': './dist/program.cjs' } },
    dependencies: { '@headwater/broker': '0.1.0', avsc: '5.7.9' },
    devDependencies: { '@headwater/contracts': '0.1.0' },
  });
  expect(published).toEqual({
    name: '@headwater/kit',
    version: '0.1.0',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './program': './dist/program.cjs' },
    files: ['dist', 'CHANGELOG.md'],
    dependencies: { '@headwater/broker': '^0.1.0', avsc: '5.7.9' },
  });
});
