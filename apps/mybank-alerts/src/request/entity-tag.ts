/** A stream's version as an entity tag (RFC 9110, 8.8.3), and the version that an `If-Match` asks for. */
import { type ExpectedVersion } from '@headwater/event-sourcing';
import { Problem } from '@headwater/service-kit';

export const entityTag = (version: number): string => `"${version}"`;

/** @throws Problem 400 when the header is neither `*` nor one strong tag of this service. */
export function expectedVersionOf(ifMatch: string | undefined): ExpectedVersion | undefined {
  if (ifMatch === undefined) return undefined;
  if (ifMatch.trim() === '*') return 'exists';
  const version = /^\s*"(\d{1,15})"\s*$/.exec(ifMatch)?.[1];
  if (version !== undefined) return Number(version);
  throw Problem.badRequest(
    'if-match-invalid',
    `If-Match must be * or the ETag of an earlier answer, for example "1"; it is ${ifMatch}.`,
  );
}

export function versionDiffers(ifMatch: string | undefined): Problem {
  return Problem.preconditionFailed(
    'version-differs',
    `The threshold has changed since ${ifMatch}. Read it again and decide anew.`,
  );
}
