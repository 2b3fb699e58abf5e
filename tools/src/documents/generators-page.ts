/** docs/generators.md: each generator of @headwater/nx with what it takes, from the schemas that Nx reads. */
import fs from 'node:fs';
import path from 'node:path';
import { code, GENERATED, page, source, table } from './markdown.ts';

interface GeneratorSchema {
  readonly description: string;
  readonly examples?: readonly { readonly command: string; readonly description: string }[];
  readonly properties: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly description: string;
        readonly enum?: readonly string[];
        readonly default?: string | boolean;
        readonly $default?: { readonly $source: 'argv' };
      }
    >
  >;
  readonly required?: readonly string[];
}

const plugin = 'libs/nx';

export function generatorsPage(root: string): string {
  const read = (file: string): unknown => JSON.parse(fs.readFileSync(path.join(root, plugin, file), 'utf8'));
  const { generators } = read('generators.json') as {
    readonly generators: Readonly<Record<string, { readonly schema: string }>>;
  };
  return page(
    '# Generators',
    GENERATED,
    `Of ${source(plugin)}. They work on Nx's tree alone, so \`--dry-run\` shows every file; run again they complete what is missing and leave what was edited; what cannot be is one line, before anything is written. [The tutorial](tutorial.md) uses most of them.`,
    ...Object.entries(generators).flatMap(([name, { schema }]) => section(name, read(schema) as GeneratorSchema)),
  );
}

function section(name: string, { description, examples = [], properties, required = [] }: GeneratorSchema): string[] {
  const rows = Object.entries(properties).map(([option, { type, description: about, enum: words, ...more }]) => [
    more.$default ? option : code(`--${option}`),
    words?.map(code).join(', ') ?? type,
    required.includes(option) ? '**required**' : code(String(more.default ?? '')),
    about,
  ]);
  const shown = examples.map(
    ({ command, description: about }) => `# ${about}\nnpm run nx -- ${command.replace(/^nx /, '')}`,
  );
  return [
    `## ${name}`,
    description,
    shown.length > 0 ? `\`\`\`sh\n${shown.join('\n\n')}\n\`\`\`` : '',
    table(['option', 'kind', 'default', 'what it is'], rows),
  ];
}
