import { type ServiceEditor } from './service-editor.ts';
import { type Manifest } from '../workspace/index.ts';

export interface SkeletonOptions {
  /** The bounded context: the folder of its schemas, and the case with which it is started. */
  readonly context: string;
  /** What the service is, in a few words. */
  readonly about: string;
}

const packages = [
  '@headwater/messaging',
  '@headwater/service-kit',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@nestjs/swagger',
  'class-transformer',
  'class-validator',
  'fastify',
  'reflect-metadata',
  'rxjs',
];

/** A service that starts, tells its health, and speaks to Kafka; nothing more. */
export function addSkeleton(service: ServiceEditor, { context, about }: SkeletonOptions): void {
  const { tree, workspace, folder, name } = service;
  if (!service.exists('package.json')) {
    const manifest: Manifest & Record<string, unknown> = {
      name: `${workspace.scope}${name}`,
      version: '0.1.0',
      private: true,
      description: about,
      license: 'MIT',
      type: 'module',
      dependencies: {},
      nx: { tags: ['type:service', `scope:${context}`] },
      headwater: { port: workspace.nextPort(), about: `${about}; API at /docs`, cases: [context] },
    };
    tree.write(`${folder}/package.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
    tree.write(`${folder}/tsconfig.json`, `${JSON.stringify(tsconfig, undefined, 2)}\n`);
  }
  service.dependOn(workspace.contracts, ...packages);
  service.render('service', '.', { name, description: about.replaceAll("'", "\\'") });
  service.render('fixture', 'fixtures', { database: undefined });
}

const tsconfig = {
  extends: '../../tsconfig.base.json',
  compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
  include: ['src/**/*.ts'],
  exclude: ['src/**/*.spec.ts'],
  references: [],
};
