/**
 * JSON whose numbers keep their spelling: a default of `1.0` or of 9223372036854775807 must come out of the registry
 * as it went in, since the canonical string decides whether two schemas are the same.
 */

export class JsonNumber {
  readonly literal: string;

  constructor(literal: string) {
    this.literal = literal;
  }

  /** True for a whole number without fraction or exponent. */
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.literal);
  }

  toJSON(): unknown {
    return rawJson(this.literal);
  }
}

export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

// The TypeScript library does not know ECMA-262's JSON.rawJSON and the reviver's context yet.
interface JsonWithSourceText {
  rawJSON(literal: string): unknown;
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source: string }) => unknown): unknown;
}
const json = JSON as unknown as JsonWithSourceText;

function rawJson(literal: string): unknown {
  return json.rawJSON(literal);
}

/**
 * @throws SyntaxError when the text is not JSON, RangeError when it is nested so deep that it cannot be walked.
 */
export function parseLosslessJson(text: string): Json {
  return json.parse(text, (_key, value, context) =>
    typeof value === 'number' ? new JsonNumber(context.source) : value,
  ) as Json;
}

/** Without white space, keys in the order of the value. */
export function writeLosslessJson(value: Json): string {
  return JSON.stringify(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
