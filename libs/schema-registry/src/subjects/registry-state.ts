/**
 * What the log says, in memory: versions by subject, schemas by id, configuration and modes. Only `apply` changes it, one
 * record at a time in the order of the log, so that a start and a running registry come to the same state.
 *
 * Invariants: an id names one text with its references; a text with its references has one id; the highest id ever
 * seen never goes down.
 */
import { createHash } from 'node:crypto';
import type { SchemaReference } from '../formats/index.ts';
import type { RegistryRecord, StoredConfig, StoredSchema } from '../store/index.ts';
import { type CompatibilityLevel, compatibilityLevel } from '../compatibility/index.ts';

export interface SubjectVersion {
  readonly subject: string;
  readonly version: number;
}

/** READWRITE: register; READONLY: nothing changes; IMPORT: register with given ids and versions, unchecked. */
export const MODES = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT', 'FORWARD'] as const;
export type Mode = (typeof MODES)[number];

export const DEFAULT_COMPATIBILITY_LEVEL: CompatibilityLevel = 'BACKWARD';
export const DEFAULT_MODE: Mode = 'READWRITE';

/** The versions of a subject that count: those in force, all, or the soft-deleted only. */
export type VersionFilter = 'active' | 'all' | 'deleted';

export class RegistryState {
  /** Versions in ascending order are not assumed by the map: read them through `versions`. */
  readonly #subjects = new Map<string, Map<number, StoredSchema>>();
  readonly #versionsById = new Map<number, Set<StoredSchema>>();
  readonly #idByContent = new Map<string, number>();
  /** Who refers to a version: key `subject` NUL `version`. */
  readonly #referrers = new Map<string, Set<StoredSchema>>();
  readonly #configs = new Map<string | null, StoredConfig>();
  readonly #modes = new Map<string | null, Mode>();
  #maxId = 0;

  get maxId(): number {
    return this.#maxId;
  }

  apply(record: RegistryRecord): void {
    switch (record.type) {
      case 'schema':
        this.#remove(record.subject, record.version);
        if (record.value !== null) this.#put(record.value);
        return;
      case 'config':
        setOrDelete(this.#configs, record.subject, record.value);
        return;
      case 'mode':
        setOrDelete(this.#modes, record.subject, MODES.find((mode) => mode === record.mode) ?? null);
        return;
      case 'delete-subject':
        for (const stored of this.versions(record.subject, 'active')) {
          if (stored.version <= record.upToVersion) {
            this.#remove(stored.subject, stored.version);
            this.#put({ ...stored, deleted: true });
          }
        }
        return;
      case 'clear-subject':
        for (const stored of record.subject === null ? this.#all() : this.versions(record.subject, 'deleted')) {
          if (stored.deleted) this.#remove(stored.subject, stored.version);
        }
        return;
      case 'noop':
        this.#maxId = Math.max(this.#maxId, record.maxId ?? 0);
    }
  }

  /** Subjects with a version that counts, sorted. */
  subjects(filter: VersionFilter): string[] {
    return [...this.#subjects.keys()].filter((subject) => this.hasSubject(subject, filter)).toSorted();
  }

  hasSubject(subject: string, filter: VersionFilter): boolean {
    return this.versions(subject, filter).length > 0;
  }

  /** Ascending. */
  versions(subject: string, filter: VersionFilter): StoredSchema[] {
    const stored = [...(this.#subjects.get(subject)?.values() ?? [])];
    return stored
      .filter((item) => filter === 'all' || item.deleted === (filter === 'deleted'))
      .toSorted((left, right) => left.version - right.version);
  }

  /** A soft-deleted version too: look at `deleted`. */
  version(subject: string, version: number): StoredSchema | undefined {
    return this.#subjects.get(subject)?.get(version);
  }

  latest(subject: string): StoredSchema | undefined {
    return this.versions(subject, 'active').at(-1);
  }

  /** Every subject and version of an id, soft-deleted ones too, sorted. */
  versionsOfId(id: number): StoredSchema[] {
    return [...(this.#versionsById.get(id) ?? [])].toSorted(
      (left, right) =>
        (left.subject < right.subject ? -1 : Number(left.subject > right.subject)) || left.version - right.version,
    );
  }

  /** One of the versions of an id: all have the same text and references. */
  schemaOfId(id: number): StoredSchema | undefined {
    return this.#versionsById.get(id)?.values().next().value;
  }

  /** The id of a text with its references, if it is registered under any subject. */
  idOfContent(content: SchemaContent): number | undefined {
    const id = this.#idByContent.get(contentKey(content));
    return id !== undefined && this.#versionsById.has(id) ? id : undefined;
  }

  /** Versions that refer to this one. */
  referrers(subject: string, version: number): StoredSchema[] {
    return [...(this.#referrers.get(referenceKey(subject, version)) ?? [])];
  }

  config(subject: string | null): StoredConfig | undefined {
    return this.#configs.get(subject);
  }

  /** The subject's own level, else the global one, else BACKWARD. */
  compatibilityInScope(subject: string | null): CompatibilityLevel {
    return levelOf(this.#configs.get(subject)) ?? levelOf(this.#configs.get(null)) ?? DEFAULT_COMPATIBILITY_LEVEL;
  }

  normalizeInScope(subject: string): boolean {
    const own = this.#configs.get(subject)?.['normalize'];
    return (own ?? this.#configs.get(null)?.['normalize']) === true;
  }

  mode(subject: string | null): Mode | undefined {
    return this.#modes.get(subject);
  }

  modeInScope(subject: string | null): Mode {
    return this.#modes.get(subject) ?? this.#modes.get(null) ?? DEFAULT_MODE;
  }

  *#all(): Generator<StoredSchema> {
    for (const versions of [...this.#subjects.values()]) yield* [...versions.values()];
  }

  #put(stored: StoredSchema): void {
    getOrCreate(this.#subjects, stored.subject, () => new Map<number, StoredSchema>()).set(stored.version, stored);
    getOrCreate(this.#versionsById, stored.id, () => new Set<StoredSchema>()).add(stored);
    this.#idByContent.set(contentKey(stored), stored.id);
    for (const { subject, version } of stored.references) {
      getOrCreate(this.#referrers, referenceKey(subject, version), () => new Set<StoredSchema>()).add(stored);
    }
    this.#maxId = Math.max(this.#maxId, stored.id);
  }

  #remove(subject: string, version: number): void {
    const versions = this.#subjects.get(subject);
    const stored = versions?.get(version);
    if (versions === undefined || stored === undefined) return;
    versions.delete(version);
    if (versions.size === 0) this.#subjects.delete(subject);
    removeFrom(this.#versionsById, stored.id, stored);
    if (!this.#versionsById.has(stored.id)) {
      const key = contentKey(stored);
      if (this.#idByContent.get(key) === stored.id) this.#idByContent.delete(key);
    }
    for (const reference of stored.references) {
      removeFrom(this.#referrers, referenceKey(reference.subject, reference.version), stored);
    }
  }
}

export interface SchemaContent {
  readonly schemaType: string;
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

/** MD5, as Confluent's: to tell texts apart, not to guard against a forger. */
function contentKey({ schemaType, schema, references }: SchemaContent): string {
  const hash = createHash('md5').update(schemaType).update('\0').update(schema);
  for (const { name, subject, version } of references) hash.update(JSON.stringify([name, subject, version]));
  return hash.digest('base64');
}

function levelOf(config: StoredConfig | undefined): CompatibilityLevel | undefined {
  const level = config?.['compatibilityLevel'];
  return typeof level === 'string' ? compatibilityLevel(level) : undefined;
}

function referenceKey(subject: string, version: number): string {
  return `${subject}\0${String(version)}`;
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
}

function removeFrom<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const values = map.get(key);
  values?.delete(value);
  if (values?.size === 0) map.delete(key);
}
