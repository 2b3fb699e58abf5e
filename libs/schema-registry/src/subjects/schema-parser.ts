/** Parses schemas with the schemas that they refer to, and keeps the recent ones, since a check parses stored versions. */
import { schemaFormats, type ParsedSchema, type SchemaReference } from '../formats/index.ts';
import { invalidSchema } from '../registry-error.ts';
import type { StoredSchema } from '../store/index.ts';
import type { RegistryState } from './registry-state.ts';

const CACHED_SCHEMAS = 1000;

export interface SchemaText {
  readonly schema: string;
  readonly schemaType: string;
  /** A version of -1 means the latest. */
  readonly references: readonly SchemaReference[];
}

export class SchemaParser {
  readonly #state: RegistryState;
  /** Parsed stored schemas by id, least recently used first. */
  readonly #cache = new Map<number, ParsedSchema>();

  constructor(state: RegistryState) {
    this.#state = state;
  }

  /**
   * @param isNew true to check it as a schema that a client wants in, references to soft-deleted versions included
   * @throws RegistryError 42201
   */
  parse(text: SchemaText, isNew: boolean): ParsedSchema {
    const format = schemaFormats.get(text.schemaType);
    if (format === undefined) throw invalidSchema(`Invalid schema type ${text.schemaType}`);
    const references = text.references.map((reference) => this.#pin(reference));
    try {
      const referencedTexts = this.#resolve(references, isNew);
      return format.parse({ text: text.schema, references, referencedTexts, isNew });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw invalidSchema(`Invalid schema of type ${text.schemaType}, details: ${reason}`, error);
    }
  }

  parseStored(stored: StoredSchema): ParsedSchema {
    const cached = this.#cache.get(stored.id);
    // Ids are unique, but a version that was removed for good may free the versions that it referred to.
    if (cached !== undefined) {
      this.#cache.delete(stored.id);
      this.#cache.set(stored.id, cached);
      return cached;
    }
    const parsed = this.parse(stored, false);
    this.#cache.set(stored.id, parsed);
    if (this.#cache.size > CACHED_SCHEMAS) {
      const oldest = this.#cache.keys().next();
      if (oldest.done !== true) this.#cache.delete(oldest.value);
    }
    return parsed;
  }

  /** Replaces the version -1 by the latest. */
  #pin(reference: SchemaReference): SchemaReference {
    if (reference.version !== -1) return reference;
    const latest = this.#state.latest(reference.subject);
    return latest === undefined ? reference : { ...reference, version: latest.version };
  }

  /** Texts of all that is referred to, each after what it refers to itself, and none twice. */
  #resolve(references: readonly SchemaReference[], isNew: boolean): string[] {
    const texts = new Map<string, string>();
    const visit = (pending: readonly SchemaReference[]): void => {
      for (const reference of pending) {
        if (texts.has(reference.name)) continue;
        const stored = this.#state.version(reference.subject, reference.version);
        if (stored === undefined || (isNew && stored.deleted)) {
          throw new Error(
            `No schema reference found for subject "${reference.subject}" and version ${String(reference.version)}`,
          );
        }
        visit(stored.references);
        texts.set(reference.name, stored.schema);
      }
    };
    visit(references);
    return [...texts.values()];
  }
}
