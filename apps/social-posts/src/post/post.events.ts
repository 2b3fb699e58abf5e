/** What happens to a post. Private to this service: the public events of the same moments are contracts. */
import { type DomainEvent } from '@headwater/event-sourcing';

export const postKinds = ['plain', 'question', 'answer'] as const;
export type PostKind = (typeof postKinds)[number];

/** What an author may change about a post. */
export interface PostWords {
  readonly title: string | null;
  readonly text: string;
}

/** A post's content, as its author wrote it. */
export interface PostContent extends PostWords {
  readonly userId: string;
  readonly authorName: string | null;
  readonly kind: PostKind;
  readonly parentPostId: string | null;
  readonly sourceUrl: string | null;
}

export type PostPublishedEvent = DomainEvent<
  'PostPublished',
  PostContent & { readonly postId: string; readonly occurredAt: string }
>;
export type PostEditedEvent = DomainEvent<
  'PostEdited',
  PostWords & { readonly postId: string; readonly userId: string; readonly occurredAt: string }
>;
export type PostDeletedEvent = DomainEvent<
  'PostDeleted',
  { readonly postId: string; readonly userId: string; readonly occurredAt: string }
>;
export type PostEvent = PostPublishedEvent | PostEditedEvent | PostDeletedEvent;
