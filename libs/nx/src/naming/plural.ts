import { wordOf, type Word } from './word.ts';

/** order → orders, category → categories, box → boxes: of the last part. */
export function pluralOf({ kebab }: Word): Word {
  const plural = /[^aeiou]y$/.test(kebab)
    ? kebab.replace(/y$/, 'ies')
    : /(s|x|z|ch|sh)$/.test(kebab)
      ? `${kebab}es`
      : `${kebab}s`;
  return wordOf(plural, 'a name');
}
