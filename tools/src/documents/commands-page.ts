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
  const helps = sources.flatMap(helpOf).toSorted((one, other) => one.command.localeCompare(other.command));
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

function helpOf({ file, text, tree }: Source): CommandHelp[] {
  if (!/\b(HELP|helpText) = /.test(text)) return [];
  const declaration = [...nodesBelow(tree)]
    .filter(ts.isVariableDeclaration)
    .find(({ name }) => ['HELP', 'helpText'].includes(name.getText()));
  const words = [...(declaration ? nodesBelow(declaration) : [])].find(
    (node) => ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node),
  );
  if (!words) return [];
  const help = ts.isTemplateExpression(words)
    ? words.templateSpans.reduce((said, { literal }) => `${said}…${literal.text}`, words.head.text)
    : words.text;
  const command = /\b(?:npm (?:run )?[\w-]+|headwater[\w-]*)(?= |$)/m.exec(
    help.slice(help.search(/Usage:|npm run/)),
  )?.[0];
  return command === undefined ? [] : [{ command, file, text: help }];
}
