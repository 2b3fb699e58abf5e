import { invalidSubject } from '../registry-error.ts';

/** Confluent's stand-ins in other APIs; no subject may be called so. */
const RESERVED = new Set(['__GLOBAL', '__EMPTY']);
const DEFAULT_CONTEXT_PREFIX = ':.:';

/**
 * The subject as it is stored. `:.:name` is `name` in the default context; other contexts (`:.context:name`) are refused
 * rather than mixed with the default one's ids.
 * @throws RegistryError 42208
 */
export function normalizeSubject(subject: string): string {
  const name = subject.startsWith(DEFAULT_CONTEXT_PREFIX) ? subject.slice(DEFAULT_CONTEXT_PREFIX.length) : subject;
  if (name === '' || RESERVED.has(name) || name.startsWith(':.') || hasControlCharacter(name)) {
    throw invalidSubject(printable(subject));
  }
  return name;
}

function hasControlCharacter(name: string): boolean {
  return /\p{Cc}/u.test(name);
}

function printable(subject: string): string {
  return subject.replace(/\p{Cc}/gu, '?');
}
