/** Serves the built page. Its folder is made by `vite build apps/console`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Logger, type INestApplication } from '@nestjs/common';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { documentOf, PAGE_PATHS } from './page-paths.ts';

/** Beside the compiled console, also when it runs from its sources. */
const PAGE_FOLDER = path.resolve(import.meta.dirname, '../dist/page');

/** The page loads from the console only, and nobody frames it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export async function servePage(app: INestApplication, folder: string = PAGE_FOLDER): Promise<void> {
  if (!existsSync(path.join(folder, 'index.html'))) {
    new Logger('Page').warn(`The page is not built (${folder} is missing): run npm run build`);
    return;
  }
  await (app as NestFastifyApplication).register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    // Routes for the files that are there, so that every other path stays with the API and its problem documents.
    wildcard: false,
    setHeaders: (reply, file) => {
      // File names of assets change with their content; the page that names them must be asked for each time.
      const isAsset = file.includes(`${path.sep}assets${path.sep}`);
      void reply.headers({
        'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
      });
    },
  });
  // Pages have addresses of their own, which may be kept and shared.
  const server = (app as NestFastifyApplication).getHttpAdapter().getInstance();
  for (const page of PAGE_PATHS)
    if (page !== '/') server.get(page, (_request, reply) => reply.sendFile(documentOf(page)));
  // A browser that came to no address is told the way by a page, everybody else by a problem document.
  server.get('/*', (request, reply) =>
    request.headers.accept?.includes('text/html') === true
      ? reply.code(404).sendFile('not-found.html')
      : reply.callNotFound(),
  );
}
