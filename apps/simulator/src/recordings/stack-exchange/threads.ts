/** Which comment another one replies to, told by the name that it begins with. */

export interface RecordedComment {
  readonly id: string;
  readonly occurredAtMs: number;
  readonly text: string;
  /** Undefined for a commenter without a name. */
  readonly author: string | undefined;
}

interface PlacedComment extends RecordedComment {
  readonly parent: PlacedComment | undefined;
  readonly depth: number;
}

/** What the service takes: deeper replies lie beside the one that they are meant for. */
const DEEPEST = 4;
/** `@ann` may be short for Anna; `@an` may be anybody. */
const SHORTEST_MENTION = 3;

export class Threads {
  private readonly comments = new Map<string, PlacedComment[]>();

  /** Takes the next comment on a post. @returns the comment that it replies to, if any. */
  add(postId: string, comment: RecordedComment): string | undefined {
    const before = this.comments.get(postId) ?? [];
    const meant = this.meantBy(comment, before);
    const parent = meant?.depth === DEEPEST ? meant.parent : meant;
    before.push({ ...comment, parent, depth: parent === undefined ? 0 : parent.depth + 1 });
    this.comments.set(postId, before);
    return parent?.id;
  }

  private meantBy(
    { text, occurredAtMs }: RecordedComment,
    before: readonly PlacedComment[],
  ): PlacedComment | undefined {
    const [, mention = ''] = /^@([\p{L}\p{N}._-]+)/u.exec(text) ?? [];
    const name = plain(mention);
    if (name.length < SHORTEST_MENTION) return undefined;
    return before.findLast((each) => plain(each.author ?? '').startsWith(name) && each.occurredAtMs <= occurredAtMs);
  }
}

/** Mentions leave out spaces, and may end with the sentence's comma or dot. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
