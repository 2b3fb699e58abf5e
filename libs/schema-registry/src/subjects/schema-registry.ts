/**
 * What can be asked of the registry and told to it, apart from HTTP. Commands decide on the state, write records and
 * answer when these are durable and applied; see `RegistryStore`.
 */
import { compatibilityMessages, type EarlierVersion } from '../compatibility/index.ts';
import type { ParsedSchema } from '../formats/index.ts';
import {
  incompatibleSchema,
  invalidSchema,
  operationNotPermitted,
  referenceExists,
  schemaTooLarge,
  subjectNotFound,
  subjectNotSoftDeleted,
  subjectSoftDeleted,
  versionNotFound,
  versionNotSoftDeleted,
  versionSoftDeleted,
} from '../registry-error.ts';
import type { RegistryRecord, StoredSchema } from '../store/index.ts';
import type { RegistryState, VersionFilter } from './registry-state.ts';
import type { RegistryStore } from './registry-store.ts';
import { SchemaParser, type SchemaText } from './schema-parser.ts';
import type { VersionId } from './version-id.ts';

export interface RegisterRequest extends SchemaText {
  readonly normalize: boolean;
  /** Only in IMPORT mode. */
  readonly id: number | undefined;
  /** One more than the last, or any in IMPORT mode; undefined to take the next. */
  readonly version: number | undefined;
}

export interface LookupRequest extends SchemaText {
  readonly normalize: boolean;
  readonly includeDeleted: boolean;
}

/** What a Kafka record holds by default, less some room for the key, the headers and JSON's escapes. */
const MAXIMUM_SCHEMA_BYTES = 900_000;

export class SchemaRegistry {
  readonly #store: RegistryStore;
  readonly #parser: SchemaParser;

  constructor(store: RegistryStore) {
    this.#store = store;
    this.#parser = new SchemaParser(store.state);
  }

  get #state(): RegistryState {
    return this.#store.state;
  }

  /** @throws RegistryError 40401, 40402 */
  version(subject: string, version: VersionId, includeDeleted: boolean): StoredSchema {
    const stored = version === 'latest' ? this.#state.latest(subject) : this.#state.version(subject, version);
    if (stored !== undefined && (includeDeleted || !stored.deleted)) return stored;
    const filter: VersionFilter = includeDeleted ? 'all' : 'active';
    throw this.#state.hasSubject(subject, filter) ? versionNotFound(version) : subjectNotFound(subject);
  }

  /** The stored text, or another way to write it (`resolved`: with the references written out). */
  formatted(stored: StoredSchema, format: string | undefined): string {
    return format === undefined || format === '' ? stored.schema : this.#parser.parseStored(stored).formatted(format);
  }

  /** The version of a subject that has this schema, if any. */
  lookup(subject: string, request: LookupRequest): StoredSchema | undefined {
    const parsed = this.#parse(subject, request, request.normalize, false);
    return this.#find(subject, parsed, request.includeDeleted ? 'all' : 'active');
  }

  /**
   * Registers a schema and gives its id: the one that it has already, under this subject or another, or the next.
   * @throws RegistryError 42201, 42205, 42209, 409, 500xx
   */
  async register(subject: string, request: RegisterRequest): Promise<number> {
    if (Buffer.byteLength(request.schema) > MAXIMUM_SCHEMA_BYTES) throw schemaTooLarge();
    if (request.id === undefined && request.version === undefined) {
      const existing = this.#find(subject, this.#parse(subject, request, request.normalize, false), 'active');
      if (existing !== undefined) return existing.id;
    }
    return this.#store.exclusive(() => this.#registerNew(subject, request));
  }

  async #registerNew(subject: string, request: RegisterRequest): Promise<number> {
    this.#checkMayRegister(subject, request.id);
    const isImport = this.#state.modeInScope(subject) === 'IMPORT';
    const parsed = this.#parse(subject, request, request.normalize && !isImport, !isImport);
    if (request.version === undefined && request.id === undefined) {
      const existing = this.#find(subject, parsed, 'active');
      if (existing !== undefined) return existing.id;
    }
    if (!isImport) {
      const messages = this.#messagesAgainst(subject, parsed, this.#state.versions(subject, 'active'));
      if (messages.length > 0) throw incompatibleSchema(subject, messages);
    }
    const versions = this.#state.versions(subject, 'all');
    const version = this.#chooseVersion(versions, request.version, isImport);
    const id = this.#chooseId(parsed, request.id);
    const value: StoredSchema = {
      subject,
      version,
      id,
      schemaType: parsed.schemaType,
      references: parsed.references,
      schema: parsed.canonicalString,
      deleted: false,
    };
    // A soft-deleted version of the same schema would make the id stand for two versions of the subject.
    const superseded = versions
      .filter((stored) => stored.deleted && stored.id === id && stored.version < version)
      .filter((stored) => this.#state.referrers(stored.subject, stored.version).length === 0);
    await this.#store.write([
      ...superseded.map((stored): RegistryRecord => ({ ...key(stored), value: null })),
      { ...key(value), value },
    ]);
    return id;
  }

  /**
   * Why a schema could not be registered as the next version; empty when it could.
   * @param against the versions to compare with: one, or all of the subject
   * @throws RegistryError 40402, 42201
   */
  check(subject: string, request: SchemaText & { readonly normalize: boolean }, against: VersionId | 'all'): string[] {
    const versions = this.#versionsToCheck(subject, against);
    return this.#messagesAgainst(subject, this.#parse(subject, request, request.normalize, true), versions);
  }

  #versionsToCheck(subject: string, against: VersionId | 'all'): StoredSchema[] {
    if (against === 'all') return this.#state.versions(subject, 'active');
    if (against === 'latest') {
      const latest = this.#state.latest(subject);
      return latest === undefined ? [] : [latest];
    }
    const stored = this.#state.version(subject, against);
    if (stored === undefined || stored.deleted) throw versionNotFound(against);
    return [stored];
  }

  /**
   * Soft-deletes a version (it stays readable by id), or removes one that is soft-deleted for good.
   * @returns the version
   */
  deleteVersion(subject: string, version: VersionId, permanent: boolean): Promise<number> {
    return this.#store.exclusive(async () => {
      const stored = this.version(subject, version, true);
      if (!permanent && stored.deleted) throw versionSoftDeleted(subject, stored.version);
      this.#checkWritable(subject);
      this.#checkUnreferenced(stored, permanent);
      if (permanent && !stored.deleted) throw versionNotSoftDeleted(subject, stored.version);
      const isLast = permanent && this.#state.versions(subject, 'all').length === 1;
      await this.#store.write([
        { ...key(stored), value: permanent ? null : { ...stored, deleted: true } },
        ...(isLast ? this.#settingsRemoval(subject) : []),
        ...(permanent ? [this.#idMark()] : []),
      ]);
      return stored.version;
    });
  }

  /**
   * Soft-deletes all versions of a subject, or removes all for good when they are soft-deleted.
   * @returns the versions that were deleted
   */
  deleteSubject(subject: string, permanent: boolean): Promise<number[]> {
    return this.#store.exclusive(async () => {
      if (!this.#state.hasSubject(subject, 'all')) throw subjectNotFound(subject);
      if (!permanent && !this.#state.hasSubject(subject, 'active')) throw subjectSoftDeleted(subject);
      this.#checkWritable(subject);
      const versions = this.#state.versions(subject, permanent ? 'all' : 'active');
      for (const stored of versions) {
        this.#checkUnreferenced(stored, permanent, subject);
        if (permanent && !stored.deleted) throw subjectNotSoftDeleted(subject);
      }
      const upToVersion = versions.at(-1)?.version ?? 0;
      await this.#store.write(
        permanent
          ? [
              ...versions.toReversed().map((stored): RegistryRecord => ({ ...key(stored), value: null })),
              ...this.#settingsRemoval(subject),
              this.#idMark(),
            ]
          : [{ type: 'delete-subject', subject, upToVersion }],
      );
      return versions.map((stored) => stored.version);
    });
  }

  #parse(subject: string, text: SchemaText, normalize: boolean, isNew: boolean): ParsedSchema {
    if (text.schema.trim() === '') throw invalidSchema('Empty schema');
    const parsed = this.#parser.parse(text, isNew);
    return normalize || this.#state.normalizeInScope(subject) ? parsed.normalize() : parsed;
  }

  /** By text and references, else by what they amount to (references written out, order of attributes). */
  #find(subject: string, parsed: ParsedSchema, filter: VersionFilter): StoredSchema | undefined {
    const versions = this.#state.versions(subject, filter).toReversed();
    const id = this.#state.idOfContent({ ...parsed, schema: parsed.canonicalString });
    const same = versions.find((stored) => stored.id === id);
    return same ?? versions.find((stored) => this.#isEquivalent(parsed, this.#parser.parseStored(stored)));
  }

  #isEquivalent(parsed: ParsedSchema, stored: ParsedSchema): boolean {
    if (parsed.schemaType !== stored.schemaType) return false;
    const sameReferences = JSON.stringify(parsed.references) === JSON.stringify(stored.references);
    return (sameReferences || parsed.references.length === 0) && parsed.equivalenceString === stored.equivalenceString;
  }

  #messagesAgainst(subject: string, parsed: ParsedSchema, versions: readonly StoredSchema[]): string[] {
    const level = this.#state.compatibilityInScope(subject);
    if (level === 'NONE') return [];
    const compared = level.endsWith('_TRANSITIVE') ? versions : versions.slice(-1);
    const earlier = compared.map((stored): EarlierVersion => ({
      version: stored.version,
      schema: this.#parser.parseStored(stored),
    }));
    return compatibilityMessages(parsed, earlier, level);
  }

  #chooseVersion(versions: readonly StoredSchema[], asked: number | undefined, isImport: boolean): number {
    const next = (versions.at(-1)?.version ?? 0) + 1;
    if (asked === undefined || asked === next || isImport) return asked ?? next;
    throw invalidSchema('Version is not one more than previous version');
  }

  #chooseId(parsed: ParsedSchema, asked: number | undefined): number {
    if (asked === undefined) {
      return this.#state.idOfContent({ ...parsed, schema: parsed.canonicalString }) ?? this.#state.maxId + 1;
    }
    const holder = this.#state.schemaOfId(asked);
    if (holder !== undefined && holder.schema !== parsed.canonicalString) {
      throw operationNotPermitted(`Overwrite new schema with id ${String(asked)} in context . is not permitted.`);
    }
    return asked;
  }

  #checkMayRegister(subject: string, id: number | undefined): void {
    this.#checkWritable(subject);
    const mode = this.#state.modeInScope(subject);
    if (id !== undefined && mode !== 'IMPORT') {
      throw operationNotPermitted(`Subject ${subject} in context . is not in import mode`);
    }
    if (id === undefined && mode !== 'READWRITE') {
      throw operationNotPermitted(`Subject ${subject} in context . is not in read-write mode`);
    }
  }

  #checkWritable(subject: string): void {
    const mode = this.#state.modeInScope(subject);
    if (mode === 'READONLY' || mode === 'READONLY_OVERRIDE') {
      throw operationNotPermitted(`Subject ${subject} in context . is in read-only mode`);
    }
  }

  /** A soft delete is held up by referrers in force, a permanent one by soft-deleted ones too. */
  #checkUnreferenced(stored: StoredSchema, permanent: boolean, exceptSubject?: string): void {
    const referrers = this.#state
      .referrers(stored.subject, stored.version)
      .filter((referrer) => (permanent || !referrer.deleted) && referrer.subject !== exceptSubject);
    if (referrers.length > 0) throw referenceExists(stored.subject, stored.version);
  }

  #settingsRemoval(subject: string): RegistryRecord[] {
    const records: RegistryRecord[] = [];
    if (this.#state.mode(subject) !== undefined) records.push({ type: 'mode', subject, mode: null });
    if (this.#state.config(subject) !== undefined) records.push({ type: 'config', subject, value: null });
    return records;
  }

  #idMark(): RegistryRecord {
    return { type: 'noop', maxId: this.#state.maxId };
  }
}

function key(stored: StoredSchema): { type: 'schema'; subject: string; version: number } {
  return { type: 'schema', subject: stored.subject, version: stored.version };
}
