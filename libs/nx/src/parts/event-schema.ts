/** Schemas of events: written for new ones, and read where a spec needs a value. */
import { readJson, type Tree } from '@nx/devkit';
import { GeneratorError } from '../error/index.ts';
import { type EventName, type Word, wordOf } from '../naming/index.ts';
import { type Workspace } from '../workspace/index.ts';

/** As far as it is looked into (Avro specification, Schema Declaration). */
export type AvroType = string | readonly AvroType[] | AvroObject;

export interface AvroObject {
  readonly type: AvroType;
  readonly name?: string;
  readonly namespace?: string;
  readonly logicalType?: string;
  readonly symbols?: readonly string[];
  readonly items?: AvroType;
  readonly values?: AvroType;
  readonly fields?: readonly { readonly name: string; readonly type: AvroType }[];
}

/** Writes the event's schema unless it is there. @returns its full name; @throws GeneratorError when another context has it */
export function writeEvent(workspace: Workspace, context: string, aggregate: Word, event: EventName): string {
  const { tree } = workspace;
  const fullName = `${workspace.namespace}.${context}.${event.word.pascal}`;
  const file = `schemas/${context}/${event.word.kebab}.avsc`;
  const twin = schemaFiles(tree).find((each) => each !== file && each.endsWith(`/${event.word.kebab}.avsc`));
  if (twin)
    throw new GeneratorError(`There is an event ${event.word.pascal} already, in ${twin}: choose another name.`);
  if (tree.exists(file)) return fullName;
  const fields = [
    '{ "name": "eventId", "type": "string", "doc": "Identity of this event; a redelivery carries the same one." }',
    `{ "name": "${aggregate.camel}Id", "type": "string" }`,
    ...event.fields.map(({ name, avro }) => `{ "name": "${name}", "type": ${avro} }`),
    '{ "name": "occurredAt", "type": { "type": "long", "logicalType": "timestamp-millis" } }',
  ];
  const lines = [
    '{',
    '  "type": "record",',
    `  "name": "${event.word.pascal}",`,
    `  "namespace": "${workspace.namespace}.${context}",`,
    `  "doc": "${/^[aeiou]/.test(aggregate.text) ? 'An' : 'A'} ${aggregate.text} was ${event.participle.text}.",`,
    '  "fields": [',
    fields.map((field) => `    ${field}`).join(',\n'),
    '  ]',
    '}',
    '',
  ];
  tree.write(file, lines.join('\n'));
  return fullName;
}

/** The schema of an event, by its full name. */
export function readEvent(tree: Tree, fullName: string): AvroObject {
  const name = fullName.slice(fullName.lastIndexOf('.') + 1);
  const file = schemaFiles(tree).find((each) => each.endsWith(`/${wordOf(name, 'the name of an event').kebab}.avsc`));
  if (file === undefined) throw new GeneratorError(`There is no schema of ${fullName} under schemas/.`);
  return readJson<AvroObject>(tree, file);
}

/** `schemas/shop/order-placed.avsc` … without the history. */
export function schemaFiles(tree: Tree): string[] {
  return tree
    .children('schemas')
    .filter((context) => context !== 'history' && !tree.isFile(`schemas/${context}`))
    .flatMap((context) => tree.children(`schemas/${context}`).map((file) => `schemas/${context}/${file}`))
    .filter((file) => file.endsWith('.avsc'));
}
