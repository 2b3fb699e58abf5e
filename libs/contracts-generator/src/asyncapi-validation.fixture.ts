/** Validates AsyncAPI documents with AsyncAPI's own parser, Avro payloads by the codec's own reading of them. */
import asyncapi from '@asyncapi/parser';
import { compileReader } from '@headwater/contract-kit/avro';

const { Parser } = asyncapi;

type SchemaParser = Parameters<InstanceType<typeof Parser>['registerSchemaParser']>[0];

/** The parser knows no Avro by itself: a payload's schema is taken as it is, and must be one that the codec can read. */
const avroPayloads: SchemaParser = {
  getMimeTypes: () => ['application/vnd.apache.avro;version=1.9.0'],
  validate: () => [],
  parse: ({ data }) => {
    compileReader(JSON.stringify(data));
    // What the documents are parsed for here does not look into payloads.
    return { title: (data as { name: string }).name };
  },
};

/** 3.0 is what tools read; that there is a 3.1 is no flaw of a document. */
const ruleset = { rules: { 'asyncapi-latest-version': 'off' } } as unknown as NonNullable<
  ConstructorParameters<typeof Parser>[0]
>['ruleset'];

export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

const severities = ['error', 'warning', 'information', 'hint'] as const;

/** What the parser has to say of a document, worst first; empty when nothing. */
export async function validateAsyncApi(text: string): Promise<Diagnostic[]> {
  const parser = new Parser({ schemaParsers: [avroPayloads], ruleset });
  const { diagnostics: found } = await parser.parse(text);
  return found
    .map(({ severity, code, path, message }) => ({
      severity: severities[severity],
      code: String(code),
      path: path.join('.'),
      message,
    }))
    .sort((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));
}
