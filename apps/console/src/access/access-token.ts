/**
 * Who may use the console. On loopback everybody may who is on the machine; on any other address the console starts only with
 * `API_TOKEN`, and its API asks for it: as `Authorization: Bearer TOKEN`, or as the cookie that the login form got for it. The cookie
 * is derived from the token, so that it holds over a restart and tells nobody the token.
 *
 * In a container the console listens on every address, and the one counts on which its port is published (`PUBLISHED_HOST`).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigError, ServiceConfig } from '@headwater/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { ConsoleConfig } from '../console-config.ts';

export const ACCESS_COOKIE = 'headwater_console';

@Injectable()
export class AccessToken {
  /** Whether requests must prove that they know the token. */
  readonly isRequired: boolean;
  private readonly token: string | undefined;

  /** @throws {ConfigError} when the console is to listen beyond loopback and no token is set. */
  constructor({ apiToken, publishedHost }: ConsoleConfig, config: ServiceConfig) {
    const host = publishedHost ?? config.host;
    if (apiToken === undefined && !isLoopback(host))
      throw new ConfigError([
        {
          variable: 'API_TOKEN',
          reason: 'missing',
          message: `API_TOKEN is missing: the console is to listen on ${host}, beyond loopback, and must ask for a token; set one of 16 characters or more, or HOST=127.0.0.1`,
        },
      ]);
    this.token = apiToken;
    this.isRequired = apiToken !== undefined;
  }

  /** Whether the request carries the token or its cookie. */
  isGranted({ authorization, cookie }: IncomingHttpHeaders): boolean {
    if (this.token === undefined) return true;
    const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    if (bearer !== undefined) return this.isRight(bearer);
    const given = new RegExp(`(?:^|;\\s*)${ACCESS_COOKIE}=([^;]*)`).exec(cookie ?? '')?.[1];
    return given !== undefined && equal(given, this.cookieValue);
  }

  isRight(token: string): boolean {
    return this.token !== undefined && equal(token, this.token);
  }

  get cookieValue(): string {
    return createHmac('sha256', this.token ?? '')
      .update(ACCESS_COOKIE)
      .digest('base64url');
  }
}

/** Names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** In a time that does not tell where the two differ. */
function equal(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', ACCESS_COOKIE).update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
