/** docs/commands.md: what each command says to `--help`. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { GENERATED, page, source } from './markdown.ts';
import { nodesBelow, type Source } from './sources.ts';

interface CommandHelp {
  readonly command: string;
  readonly file: string;
  readonly text: string;
}

/** Commands whose help follows from what there is (drills, benches, cases): it is what the compiled program says. */
const asked: readonly Omit<CommandHelp, 'text'>[] = [
  { command: 'npm start', file: 'libs/platform/src/launcher/command-line.ts' },
  { command: 'npm run bench', file: 'tools/src/bench/command-line.ts' },
  { command: 'npm run drill', file: 'tools/src/drill/command-line.ts' },
];

/** @throws Error when a program that is asked is not compiled */
export async function commandsPage(root: string, sources: readonly Source[]): Promise<string> {
  const answers = Promise.all(asked.map((each) => said(root, each)));
  const helps = [...sources.flatMap((each) => helpOf(each, sources)), ...(await answers)].toSorted((one, other) =>
    one.command.localeCompare(other.command),
  );
  return page(
    '# Commands',
    GENERATED,
    'Every command has `--help`; this is what they say. Exit codes: 0 when it was done, 1 when it was not, and then one line on stderr says why.',
    ...helps.flatMap(({ command, file, text }) => [
      `## ${command}`,
      `Of ${source(file)}.`,
      `\`\`\`text\n${text.trim()}\n\`\`\``,
    ]),
  );
}

async function said(root: string, { command, file }: Omit<CommandHelp, 'text'>): Promise<CommandHelp> {
  const program = command === 'npm start' ? 'demo' : command.replace('npm run ', '');
  const args = [path.join(root, `tools/dist/${program}/main.js`), '--help'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return { command, file, text: stdout };
  } catch (error) {
    throw new Error(`${command} does not say its help: run \`npm run build\`. ${String(error)}`, { cause: error });
  }
}

function helpOf(of: Source, sources: readonly Source[]): CommandHelp[] {
  const { file, text } = of;
  // Most sources have no help, and are not parsed.
  if (!/\b(HELP|helpText) = /.test(text)) return [];
  const help = templateOf(of.tree, ['HELP', 'helpText'], sources);
  if (help === undefined) return [];
  const command = /\b(?:npm (?:run )?[\w-]+|headwater[\w-]*)(?= |$)/m.exec(
    help.slice(help.search(/Usage:|npm run/)),
  )?.[0];
  return command === undefined ? [] : [{ command, file, text: help }];
}

/** The text of a constant, with `…` for what is only known when it runs; what several commands share is looked up. */
function templateOf(tree: ts.SourceFile, names: readonly string[], sources: readonly Source[]): string | undefined {
  const declaration = [...nodesBelow(tree)]
    .filter(ts.isVariableDeclaration)
    .find(({ name }) => names.includes(name.getText()));
  const words = [...(declaration ? nodesBelow(declaration) : [])].find(
    (node) => ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node),
  );
  if (!words || ts.isNoSubstitutionTemplateLiteral(words)) return words?.text;
  return words.templateSpans.reduce((said, { expression, literal }) => {
    const shared = sources.find(({ text }) => text.includes(`const ${expression.getText()} = \``));
    const value = shared && templateOf(shared.tree, [expression.getText()], sources);
    return `${said}${value ?? '…'}${literal.text}`;
  }, words.head.text);
}
