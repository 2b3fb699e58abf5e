/** docs/commands.md: what each command says to `--help`. */
import ts from 'typescript';
import { GENERATED, page, source } from './markdown.ts';
import { nodesBelow, type Source } from './sources.ts';

interface CommandHelp {
  readonly command: string;
  readonly file: string;
  readonly text: string;
}

export function commandsPage(sources: readonly Source[]): string {
  const helps = sources
    .flatMap((each) => helpOf(each, sources))
    .toSorted((one, other) => one.command.localeCompare(other.command));
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

function helpOf({ file, text, tree }: Source, sources: readonly Source[]): CommandHelp[] {
  if (!/\b(HELP|helpText) = /.test(text)) return [];
  const help = templateOf(tree, ['HELP', 'helpText'], sources);
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
