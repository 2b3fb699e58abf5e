import { createHash } from 'node:crypto';

/** This lib's own name space (RFC 9562, 5.5): ids of other makers of UUIDs never meet ours. */
const namespace = Buffer.from('6f0d5c1e4b7a4d0f9a3c8e2b1d9f7a60', 'hex');

/**
 * The message id of what a command causes, from the command's `Idempotency-Key` header: a command that is repeated with the same key
 * gives the same id, so that subscribers with an inbox see one message.
 *
 * A key is unique within a scope only: name the operation and who may call it (`POST /posts/42/likes user-7`), and number the
 * messages when a command causes several.
 *
 * @returns a UUID of version 5 (RFC 9562).
 */
export function messageIdOf(idempotencyKey: string, scope: string): string {
  const hash = createHash('sha1')
    .update(namespace)
    .update(JSON.stringify([scope, idempotencyKey]))
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const text = hash.toString('hex', 0, 16);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}
