/** A Markdown file: its title, its headings with the anchors that lead to them, its links, and its HTML. */
import highlighter from 'highlight.js';
import MarkdownIt from 'markdown-it';

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

/** A part of a document below one heading, as text to search. */
export interface Section extends Heading {
  readonly body: string;
}

export interface DocumentLink {
  readonly target: string;
  /** Line of the paragraph that it stands in, from 1. */
  readonly line: number;
}

export interface RenderedDocument {
  readonly title: string;
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
  readonly html: string;
  /** Whether it holds diagrams, which need a program to be drawn. */
  readonly hasDiagrams: boolean;
}

/** Where a link leads on the site; undefined leaves its text without a link. */
export type LinkTarget = (target: string) => string | undefined;

type Token = ReturnType<MarkdownIt['parse']>[number];

const markdown = new MarkdownIt({ html: true, linkify: false, highlight: highlighted });

function highlighted(code: string, language: string): string {
  if (!highlighter.getLanguage(language)) return '';
  return highlighter.highlight(code, { language, ignoreIllegals: true }).value;
}

const defaultFence = markdown.renderer.rules.fence!;
markdown.renderer.rules.fence = (tokens, index, options, environment, self) => {
  const token = tokens[index]!;
  if (token.info.trim() === 'mermaid')
    return `<pre class="mermaid" role="img">${markdown.utils.escapeHtml(token.content)}</pre>\n`;
  return defaultFence(tokens, index, options, environment, self);
};
markdown.renderer.rules['table_open'] = () => '<div class="table" tabindex="0"><table>\n';
markdown.renderer.rules['table_close'] = () => '</table></div>\n';

/** The anchor of a heading, as code hosts make it: lower case, spaces as hyphens, punctuation left out. */
export function anchorOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function plainText(token: Token | undefined): string {
  return (token?.children ?? []).map(({ type, content }) => (type === 'softbreak' ? ' ' : content)).join('');
}

/** Gives each heading its anchor; a repeated one is numbered, as code hosts do. */
function headingsOf(tokens: readonly Token[]): Map<number, Heading> {
  const headings = new Map<number, Heading>();
  const seen = new Map<string, number>();
  tokens.forEach((token, index) => {
    if (token.type !== 'heading_open') return;
    const text = plainText(tokens[index + 1]);
    const bare = anchorOf(text);
    const repeated = seen.get(bare) ?? 0;
    seen.set(bare, repeated + 1);
    const anchor = repeated === 0 ? bare : `${bare}-${repeated}`;
    token.attrSet('id', anchor);
    headings.set(index, { level: Number(token.tag.slice(1)), text, anchor });
  });
  return headings;
}

function sectionsOf(tokens: readonly Token[], headings: ReadonlyMap<number, Heading>): Section[] {
  const sections: (Heading & { body: string })[] = [];
  tokens.forEach((token, index) => {
    const heading = headings.get(index);
    if (heading) sections.push({ ...heading, body: '' });
    const section = sections.at(-1);
    if (!section || tokens[index - 1]?.type === 'heading_open') return;
    if (token.type === 'inline') section.body += `${plainText(token)} `;
    else if (token.type === 'fence') section.body += `${token.content} `;
  });
  return sections;
}

function linkTokens(tokens: readonly Token[]): { token: Token; attribute: 'href' | 'src'; line: number }[] {
  return tokens.flatMap((block) =>
    (block.children ?? []).flatMap((token) => {
      const attribute = token.type === 'link_open' ? 'href' : token.type === 'image' ? 'src' : undefined;
      return attribute ? [{ token, attribute, line: (block.map?.[0] ?? 0) + 1 } as const] : [];
    }),
  );
}

/** The headings and the links of a text, without rendering it. */
export function outlineOf(text: string): { headings: Heading[]; links: DocumentLink[] } {
  const tokens = markdown.parse(text, {});
  return {
    headings: [...headingsOf(tokens).values()],
    links: linkTokens(tokens).map(({ token, attribute, line }) => ({ target: token.attrGet(attribute)!, line })),
  };
}

export function renderDocument(text: string, linkTarget: LinkTarget): RenderedDocument {
  const tokens = markdown.parse(text, {});
  const headings = headingsOf(tokens);
  for (const { token, attribute } of linkTokens(tokens)) {
    const target = linkTarget(token.attrGet(attribute)!);
    if (target !== undefined) token.attrSet(attribute, target);
    else token.attrs = [['class', 'no-link']];
  }
  const all = [...headings.values()];
  return {
    title: all.find(({ level }) => level === 1)?.text ?? 'Headwater',
    headings: all,
    sections: sectionsOf(tokens, headings),
    html: markdown.renderer.render(tokens, markdown.options, {}),
    hasDiagrams: tokens.some(({ type, info }) => type === 'fence' && info.trim() === 'mermaid'),
  };
}
