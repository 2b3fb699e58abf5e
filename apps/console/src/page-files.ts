/** Serves the built page. Its folder is made by `vite build --config apps/console/vite.config.ts`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Logger, type INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Beside the compiled console, also when it runs from its sources. */
const PAGE_FOLDER = path.resolve(import.meta.dirname, '../dist/page');

/** The page loads from the console only, and nobody frames it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function servePage(app: INestApplication, folder: string = PAGE_FOLDER): void {
  if (!existsSync(path.join(folder, 'index.html'))) {
    new Logger('Page').warn(`The page is not built (${folder} is missing): run npm run build`);
    return;
  }
  (app as NestFastifyApplication).useStaticAssets({
    root: folder,
    prefix: '/',
    // File names of assets change with their content; the page that names them must be asked for each time.
    setHeaders: (response: { setHeader(name: string, value: string): void }, file: string) => {
      const isAsset = file.includes(`${path.sep}assets${path.sep}`);
      response.setHeader('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
      response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
      response.setHeader('x-content-type-options', 'nosniff');
    },
  });
}
