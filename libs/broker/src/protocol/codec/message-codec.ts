import type { Fields } from './definition.ts';
import type { Reader } from './reader.ts';
import { structCodec } from './struct-codec.ts';
import type { ValueCodec } from './value-codec.ts';
import { includesVersion, parseVersions, type VersionRange } from './version-range.ts';
import type { Writer } from './writer.ts';

interface Compiled {
  /** For errors: `Fetch v12 request`. */
  readonly label: string;
  readonly codec: ValueCodec;
}

/** What a {@link MessageCodec} is made of. */
export interface MessageCodecOptions {
  readonly name: string;
  /** `request`, `response` or `record`: the last word of the label in errors. */
  readonly kind: string;
  readonly versions: VersionRange;
  readonly flexibleVersions: VersionRange;
  readonly fields: Fields;
}

/** Reads and writes one message in all its versions; the codec of a version is compiled when it is first used. */
export class MessageCodec {
  readonly #options: MessageCodecOptions;
  readonly #compiled: (Compiled | undefined)[] = [];

  constructor(options: MessageCodecOptions) {
    this.#options = options;
  }

  /** @throws ProtocolError when the bytes are not this message. */
  read(reader: Reader, version: number): unknown {
    const { label, codec } = this.#version(version);
    reader.message = label;
    reader.field = '';
    return codec.read(reader);
  }

  /** @throws Error that names the field whose value is not of its type: a defect of the caller. */
  write(writer: Writer, version: number, value: unknown): void {
    const { label, codec } = this.#version(version);
    try {
      codec.write(writer, value);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${label}: ${writer.field} cannot be written: ${why}`, { cause });
    }
  }

  #version(version: number): Compiled {
    return (this.#compiled[version] ??= this.#compile(version));
  }

  #compile(version: number): Compiled {
    const { name, kind, versions, flexibleVersions, fields } = this.#options;
    const label = `${name} v${version} ${kind}`;
    if (!includesVersion(versions, version)) throw new RangeError(`There is no ${label} here`);
    const flexible = includesVersion(flexibleVersions, version);
    return { label, codec: structCodec(fields, { version, flexible, path: '' }) };
  }
}

/** The codec of a definition. @throws RangeError when the definition's ranges are not ranges. */
export function messageCodec(
  definition: { readonly name: string; readonly versions: string; readonly flexibleVersions?: string },
  kind: string,
  fields: Fields,
): MessageCodec {
  const versions = parseVersions(definition.versions);
  const flexibleVersions = parseVersions(definition.flexibleVersions);
  return new MessageCodec({ name: definition.name, kind, versions, flexibleVersions, fields });
}
