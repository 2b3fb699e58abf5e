/** What was last published of each user, as a fingerprint: 30 bits, from the topic itself, so that each instance knows it after a start. */
import { createHash } from 'node:crypto';
import type { RecommendationsChanged } from '@headwater/contracts';

/** Names a list: the user and what is in it, by show and reason. */
export function eventIdOf(userId: string, items: RecommendationsChanged['items']): string {
  const content = JSON.stringify(items.map(({ showId, becauseShowId }) => [showId, becauseShowId]));
  return `${userId}:${createHash('sha256').update(content).digest('base64url').slice(0, 5)}`;
}

export class PublishedLists {
  private readonly fingerprints = new Map<string, number>();

  /** The event's id ends with the fingerprint. */
  note(userId: string, eventId: string): void {
    this.fingerprints.set(userId, fingerprintOf(eventId));
  }

  forget(userId: string): void {
    this.fingerprints.delete(userId);
  }

  has(userId: string): boolean {
    return this.fingerprints.has(userId);
  }

  /** Whether this very list is what the topic holds. */
  isPublished(userId: string, eventId: string): boolean {
    return this.fingerprints.get(userId) === fingerprintOf(eventId);
  }
}

function fingerprintOf(eventId: string): number {
  return Buffer.from(eventId.slice(eventId.lastIndexOf(':') + 1), 'base64url').readUIntBE(0, 3);
}
