/** A stream's version as an entity tag (RFC 9110, 8.8.3), and the version that an `If-Match` asks for. */
import { Problem } from '../problem/index.ts';

export const entityTag = (version: number): string => `"${version}"`;

/**
 * What an append may expect of the stream: a version, that it exists, or nothing.
 *
 * @throws Problem 400 when the header is neither `*` nor one strong tag of this service.
 */
export function expectedVersionOf(ifMatch: string | undefined): number | 'exists' | undefined {
  if (ifMatch === undefined) return undefined;
  if (ifMatch.trim() === '*') return 'exists';
  const version = /^\s*"(\d{1,15})"\s*$/.exec(ifMatch)?.[1];
  if (version !== undefined) return Number(version);
  throw Problem.badRequest(
    'if-match-invalid',
    `If-Match must be * or the ETag of an earlier answer, for example "1"; it is ${ifMatch}.`,
  );
}

/** @param what names the thing at the sentence's beginning: `The post`. */
export function versionDiffers(what: string, ifMatch: string | undefined): Problem {
  return Problem.preconditionFailed(
    'version-differs',
    `${what} has changed since ${ifMatch}. Read it again and decide anew.`,
  );
}
