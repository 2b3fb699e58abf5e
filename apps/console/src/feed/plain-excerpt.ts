const MAXIMUM_CHARACTERS = 280;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** A text with mark-up as plain words, cut at a word. The result is text, never to be read as HTML. */
export function plainExcerpt(text: string): string {
  const plain = text
    .replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, name: string) => entityOf(name) ?? whole)
    .replace(/\s+/g, ' ')
    .trim();
  if (plain.length <= MAXIMUM_CHARACTERS) return plain;
  const cut = plain.slice(0, MAXIMUM_CHARACTERS);
  const lastSpace = cut.lastIndexOf(' ');
  return `${cut.slice(0, lastSpace > MAXIMUM_CHARACTERS / 2 ? lastSpace : MAXIMUM_CHARACTERS).trimEnd()}…`;
}

function entityOf(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()];
  const isHexadecimal = name[1]?.toLowerCase() === 'x';
  const code = Number.parseInt(name.slice(isHexadecimal ? 2 : 1), isHexadecimal ? 16 : 10);
  return code > 31 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
