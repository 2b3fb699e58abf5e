/** A place in an expression. */
export class RegexCursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The character behind the one that the cursor is at; empty at the end. */
  get characterAfter(): string {
    return this.#text.charAt(this.#at + 1);
  }

  isAt(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  take(text: string): boolean {
    const isAt = this.isAt(text);
    if (isAt) this.#at += text.length;
    return isAt;
  }

  /** @param expression sticky. */
  takeMatch(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }

  /** The code points up to the text, or to the end of the expression; the text is taken, too. */
  takeUntil(text: string): number[] {
    const found = this.#text.indexOf(text, this.#at);
    const end = found === -1 ? this.#text.length : found;
    const codePoints = Array.from(this.#text.slice(this.#at, end), (character) => character.codePointAt(0)!);
    this.#at = found === -1 ? end : end + text.length;
    return codePoints;
  }

  skip(length: number): void {
    this.#at += length;
  }

  /** Takes one code point. */
  next(): number {
    const codePoint = this.#text.codePointAt(this.#at)!;
    this.#at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }
}
