/** Whether a code point is in a class. */
export type CharacterTest = (codePoint: number) => boolean;

export type Assertion = 'begin' | 'end' | 'wordBoundary' | 'noWordBoundary';

/** The syntax tree of a regular expression. Groups capture nothing here: only whether the whole matches is asked. */
export type RegexNode =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly nodes: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly nodes: readonly RegexNode[] }
  /** `most` is Infinity for `*`, `+` and `{n,}`. */
  | { readonly kind: 'repeat'; readonly node: RegexNode; readonly least: number; readonly most: number };

/** The expression is not one; the message is RE2's. */
export class RegexSyntaxError extends Error {
  override readonly name = 'RegexSyntaxError';
}
