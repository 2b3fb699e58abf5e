import { ParsedAvroSchema } from '../formats/index.ts';
import { compatibilityMessages } from './compatibility-check.ts';
import type { CompatibilityLevel } from './compatibility-level.ts';

/** @throws Error that says what is wrong with the text */
function parse(text: string): ParsedAvroSchema {
  return new ParsedAvroSchema({ text, references: [], referencedTexts: [], isNew: true });
}

/**
 * Why an Avro schema may not follow earlier versions under a level, in the registry's words; empty when it may.
 * @param earlier JSON texts, oldest first, numbered from 1
 */
export function avroCompatibilityMessages(
  text: string,
  earlier: readonly string[],
  level: CompatibilityLevel,
): string[] {
  const versions = earlier.map((each, index) => ({ version: index + 1, schema: parse(each) }));
  return compatibilityMessages(parse(text), versions, level);
}

/** The text by which the registry tells whether two Avro schemas are the same. */
export function avroCanonicalText(text: string): string {
  return parse(text).canonicalString;
}
