/** What a schema refers to: a name used in its text, defined by a version of a subject. */
export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema of any format, as the registry handles it. */
export interface ParsedSchema {
  /** `AVRO`, and later `JSON` and `PROTOBUF`. */
  readonly schemaType: string;
  readonly references: readonly SchemaReference[];
  /** The text that is stored, and compared to tell whether two registrations are the same schema. */
  readonly canonicalString: string;
  /** The text with all references written out and order that means nothing removed: equal for equal schemas. */
  readonly equivalenceString: string;
  /** What `normalize` stores. */
  normalize(): ParsedSchema;
  /** The text in a format of this schema type (`resolved` for Avro); an unknown format gives the canonical string. */
  formatted(format: string): string;
}

export interface ParseRequest {
  readonly text: string;
  readonly references: readonly SchemaReference[];
  /** Texts of all schemas that are referred to, each after those that it refers to itself. */
  readonly referencedTexts: readonly string[];
  /** True when the schema comes from a client; stored schemas are read leniently. */
  readonly isNew: boolean;
}

/** A schema type that the registry knows. */
export interface SchemaFormat {
  readonly schemaType: string;
  /** @throws Error that says what is wrong with the text. */
  parse(request: ParseRequest): ParsedSchema;
}
