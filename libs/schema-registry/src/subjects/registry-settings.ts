/** Compatibility levels and modes, global and of subjects. A subject of `null` means global. */
import { compatibilityLevel } from '../compatibility/index.ts';
import {
  invalidCompatibilityLevel,
  invalidMode,
  operationNotPermitted,
  subjectConfigNotSet,
  subjectModeNotSet,
  subjectNotFound,
} from '../registry-error.ts';
import type { RegistryRecord, StoredConfig } from '../store/index.ts';
import { DEFAULT_COMPATIBILITY_LEVEL, DEFAULT_MODE, MODES, type Mode } from './registry-state.ts';
import type { RegistryState } from './registry-state.ts';
import type { RegistryStore } from './registry-store.ts';

export interface ConfigUpdate {
  /** As the client wrote it; undefined to leave it. */
  readonly compatibility: string | undefined;
  readonly normalize: boolean | undefined;
}

/** What a client is told of a configuration. */
export interface Config {
  readonly compatibilityLevel: string;
  readonly normalize?: boolean;
}

export class RegistrySettings {
  readonly #store: RegistryStore;

  constructor(store: RegistryStore) {
    this.#store = store;
  }

  get #state(): RegistryState {
    return this.#store.state;
  }

  /** @throws RegistryError 40408 when the subject has none of its own and the global one is not asked for */
  config(subject: string | null, defaultToGlobal: boolean): Config {
    const stored = this.#state.config(subject);
    if (stored === undefined && subject !== null && !defaultToGlobal) throw subjectConfigNotSet(subject);
    const level = this.#state.compatibilityInScope(subject);
    const normalize = (stored ?? this.#state.config(null))?.['normalize'];
    return { compatibilityLevel: level, ...(typeof normalize === 'boolean' ? { normalize } : {}) };
  }

  /** @throws RegistryError 42203, 42205 */
  updateConfig(subject: string | null, update: ConfigUpdate): Promise<void> {
    const level = update.compatibility === undefined ? undefined : compatibilityLevel(update.compatibility);
    if (update.compatibility !== undefined && level === undefined) throw invalidCompatibilityLevel();
    return this.#store.exclusive(async () => {
      this.#checkWritable(subject);
      const value: StoredConfig = {
        ...(subject === null ? {} : { subject }),
        ...this.#state.config(subject),
        ...(level === undefined ? {} : { compatibilityLevel: level }),
        ...(update.normalize === undefined ? {} : { normalize: update.normalize }),
      };
      await this.#store.write([{ type: 'config', subject, value }]);
    });
  }

  /**
   * @returns what was set until now
   * @throws RegistryError 40401 when the subject has none of its own
   */
  deleteConfig(subject: string | null): Promise<Config> {
    return this.#store.exclusive(async () => {
      if (subject !== null && this.#state.config(subject) === undefined) throw subjectNotFound(subject);
      this.#checkWritable(subject);
      const deleted =
        this.#state.config(subject) === undefined
          ? { compatibilityLevel: DEFAULT_COMPATIBILITY_LEVEL }
          : this.config(subject, false);
      await this.#store.write([{ type: 'config', subject, value: null }]);
      return deleted;
    });
  }

  /** @throws RegistryError 40409 */
  mode(subject: string | null, defaultToGlobal: boolean): Mode {
    const mode = this.#state.mode(subject);
    if (mode !== undefined) return mode;
    if (subject !== null && !defaultToGlobal) throw subjectModeNotSet(subject);
    return this.#state.modeInScope(subject);
  }

  /**
   * @param force to go to IMPORT although there are schemas
   * @throws RegistryError 42204, 42205
   */
  updateMode(subject: string | null, name: string, force: boolean): Promise<Mode> {
    const mode = MODES.find((candidate) => candidate === name.toUpperCase());
    if (mode === undefined || (mode === 'FORWARD' && subject !== null)) throw invalidMode();
    return this.#store.exclusive(async () => {
      const isImport = mode === 'IMPORT' && this.#state.modeInScope(subject) !== 'IMPORT' && !force;
      if (isImport && this.#hasSchemas(subject)) {
        throw operationNotPermitted('Cannot import since found existing subjects');
      }
      await this.#store.write([...(isImport ? this.#clear(subject) : []), { type: 'mode', subject, mode }]);
      return mode;
    });
  }

  /** @throws RegistryError 40401 when the subject has none of its own */
  deleteMode(subject: string | null): Promise<Mode> {
    return this.#store.exclusive(async () => {
      const mode = this.#state.mode(subject);
      if (mode === undefined && subject !== null) throw subjectNotFound(subject);
      await this.#store.write([{ type: 'mode', subject, mode: null }]);
      return mode ?? DEFAULT_MODE;
    });
  }

  /** Removes what is left soft-deleted, so that the import may use its ids and versions. */
  #clear(subject: string | null): RegistryRecord[] {
    const subjects = subject === null ? this.#state.subjects('deleted') : [subject];
    const versions = subjects.flatMap((name) => this.#state.versions(name, 'deleted'));
    return [
      ...versions.map((stored): RegistryRecord => {
        return { type: 'schema', subject: stored.subject, version: stored.version, value: null };
      }),
      { type: 'clear-subject', subject },
      { type: 'noop', maxId: this.#state.maxId },
    ];
  }

  #hasSchemas(subject: string | null): boolean {
    return subject === null ? this.#state.subjects('active').length > 0 : this.#state.hasSubject(subject, 'active');
  }

  #checkWritable(subject: string | null): void {
    const mode = this.#state.modeInScope(subject);
    if (mode !== 'READONLY' && mode !== 'READONLY_OVERRIDE') return;
    throw operationNotPermitted(`Subject ${subject ?? 'null'} in context . is in read-only mode`);
  }
}
