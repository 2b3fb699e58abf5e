/**
 * Code blocks of Markdown that are pieces of files: a comment before the fence names the piece, `<!-- code: libs/x/y.ts#region -->`, and
 * the block holds it word for word. Blocks in a language of ours that name none are copies that would age, and a test refuses them.
 */
import fs from 'node:fs';
import path from 'node:path';
import { excerptOf, parseReference } from './excerpt.ts';

export interface CodeBlock {
  /** From the project's root. */
  readonly file: string;
  /** Of the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Of the blocks that must be pulled; the others show what is typed into a shell, or what a program says. */
const languages: ReadonlySet<string> = new Set(['ts', 'js', 'json', 'yaml', 'sql', 'svelte', 'dockerfile']);

const pulled = /^([ \t]*)<!-- code: (.+?) -->\n(\s*\n)?\1(```+)(\w*)\n[\s\S]*?^\1\4[ \t]*$/gm;

/** The text with every block that names a piece holding it. @throws Error naming the document and what is not there */
export function fillSnippets(root: string, file: string, text: string): string {
  return text.replace(
    pulled,
    (_whole, indentation: string, reference: string, gap = '\n', fence: string, language: string) => {
      const piece = pieceOf(root, file, reference)
        .trimEnd()
        .split('\n')
        .map((line) => (line === '' ? '' : `${indentation}${line}`))
        .join('\n');
      const named = language === '' ? languageOf(parseReference(reference).file) : language;
      return `${indentation}<!-- code: ${reference} -->\n${gap}${indentation}${fence}${named}\n${piece}\n${indentation}${fence}`;
    },
  );
}

function pieceOf(root: string, document: string, text: string): string {
  try {
    const reference = parseReference(text);
    const source = path.join(root, reference.file);
    if (!fs.existsSync(source)) throw new Error(`there is no ${reference.file}`);
    return excerptOf(reference, fs.readFileSync(source, 'utf8'));
  } catch (error) {
    throw new Error(`${document} shows code that is not there: ${(error as Error).message}`, { cause: error });
  }
}

const languageOf = (file: string): string =>
  ({ '.yml': 'yaml', '.avsc': 'json' })[path.extname(file)] ?? path.extname(file).slice(1);

/** Blocks in a language of ours that no comment holds to a file. */
export function blocksNotPulled(file: string, text: string): CodeBlock[] {
  const lines = text.split('\n');
  const blocks: CodeBlock[] = [];
  let fence: { readonly mark: string; readonly line: number; readonly language: string } | undefined;
  lines.forEach((line, at) => {
    const [, mark = '', language = ''] = /^\s*(```+)(\w*)/.exec(line) ?? [];
    if (mark === '') return;
    if (!fence) fence = { mark, line: at, language };
    else if (mark === fence.mark && language === '') {
      const above = lines.slice(0, fence.line).findLast((before) => before.trim() !== '') ?? '';
      if (languages.has(fence.language) && !above.trim().startsWith('<!-- code: '))
        blocks.push({
          file,
          line: fence.line + 1,
          language: fence.language,
          text: lines.slice(fence.line + 1, at).join('\n'),
        });
      fence = undefined;
    }
  });
  return blocks;
}
