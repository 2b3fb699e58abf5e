/**
 * The OpenAPI ledger: the document of each service as a file in the repository, so that a change of an API shows in
 * review. It is made from the code without a database or a broker (Nest's preview mode makes no providers), and CI
 * compares.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject } from '@nestjs/swagger';
import { ServiceConfig, type ConfigClass } from '../config/index.ts';
import { KitModule } from './kit.module.ts';
import { type ServiceContext } from '../context/index.ts';
import { type AppModule, type ServiceOptions } from './service-options.ts';
import { openApiDocument } from '../openapi/index.ts';

/** The OpenAPI document of a service that is not started. */
export async function describeService(appModule: AppModule, options: ServiceOptions): Promise<OpenAPIObject> {
  const context: ServiceContext = { name: options.name, stopping: new AbortController().signal, fail: () => undefined };
  const configs = new Map<ConfigClass, object>([ServiceConfig, ...(options.configs ?? [])].map((key) => [key, {}]));
  const root: DynamicModule = { module: LedgerModule, imports: [KitModule.forService(context, configs), appModule] };
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  return openApiDocument(app, options);
}

class LedgerModule {}

/** Text of the ledger file: keys sorted, so that it only changes with the API. */
export async function openApiLedger(appModule: AppModule, options: ServiceOptions): Promise<string> {
  return `${JSON.stringify(sorted(await describeService(appModule, options)), undefined, 2)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/**
 * Runs `--write-openapi FILE` or `--check-openapi FILE` and exits the process with 0, or with 1 when the file is stale.
 * Returns false when the arguments ask for neither.
 */
export async function runLedgerCommand(
  args: readonly string[],
  appModule: AppModule,
  options: ServiceOptions,
): Promise<boolean> {
  const [command, file] = args;
  if (command !== '--write-openapi' && command !== '--check-openapi') return false;
  if (file === undefined) {
    process.stderr.write(`${options.name}: ${command} needs the file's path\n`);
    process.exit(1);
  }
  const ledger = await openApiLedger(appModule, options);
  if (command === '--write-openapi') {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, ledger);
    process.exit(0);
  }
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current === ledger) process.exit(0);
  process.stderr.write(`${options.name}: ${file} is stale: write it again with --write-openapi ${file}\n`);
  process.exit(1);
}
