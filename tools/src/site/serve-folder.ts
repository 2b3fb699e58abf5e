/** Serves the files of a folder on loopback, nothing above it. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

export interface FolderServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param port 0 for any that is free */
export async function serveFolder(folder: string, port: number): Promise<FolderServer> {
  const server = http.createServer((request, response) => answer(folder, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(folder: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const file = fileOf(folder, request.url ?? '/');
  const isThere = file !== undefined && fs.statSync(file, { throwIfNoEntry: false })?.isFile();
  if (!isThere) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('There is no such page.\n');
    return;
  }
  response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' });
  pipeline(fs.createReadStream(file), response, () => undefined);
}

function fileOf(folder: string, url: string): string | undefined {
  try {
    const asked = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = path.join(folder, asked.endsWith('/') ? `${asked}index.html` : asked);
    return file.startsWith(folder + path.sep) ? file : undefined;
  } catch {
    return undefined;
  }
}
