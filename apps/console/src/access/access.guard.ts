import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import type { FastifyRequest } from 'fastify';
import { AccessToken } from './access-token.ts';

/** What orchestrators and monitors ask, the documentation, and the login itself. The page's own files are no routes of the API. */
const OPEN_PATHS = ['/health', '/metrics', '/docs', '/api/access'];

/** Refuses requests without the token, and commands that a page of another origin gives. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly token: AccessToken) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    assertOwnPage(request);
    const path = request.url.split('?')[0] ?? '';
    if (OPEN_PATHS.some((open) => path === open || path.startsWith(`${open}/`))) return true;
    if (this.token.isGranted(request.headers)) return true;
    throw new Problem({
      status: 401,
      code: 'token-needed',
      title: 'A token is needed',
      detail: 'Send the console’s API_TOKEN as "Authorization: Bearer TOKEN", or log in on its page',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
}

/** A page of another origin that somebody has open must not give commands through a console on loopback. */
function assertOwnPage(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  const isCommand = request.method !== 'GET' && request.method !== 'HEAD';
  if (!isCommand && !request.url.startsWith('/api/services/')) return;
  const detail = 'Requests of pages of another origin are not passed on';
  throw new Problem({ status: 403, code: 'other-origin', title: 'Not from here', detail });
}
