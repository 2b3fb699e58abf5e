/** Runs the commands of a comment: decide, append and public event into the outbox, in one transaction. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventStore, handleCommand } from '@headwater/event-sourcing';
import { instantOf } from '@headwater/service-kit';
import { IdempotentCommands, type CommandAnswer } from '../idempotency/idempotent-commands.ts';
import { PostDirectory } from '../post/post-directory.ts';
import { commentDecider, commentStream } from './comment.decider.ts';
import { CommentPublisher } from './comment.publisher.ts';
import { type AddCommentRequest } from './comment.requests.ts';

@Injectable()
export class CommentCommands {
  constructor(
    private readonly store: EventStore,
    private readonly publisher: CommentPublisher,
    private readonly directory: PostDirectory,
    private readonly idempotentCommands: IdempotentCommands,
  ) {}

  /** @throws Problem 404 or 409 when the post is not there (any more), 409 when the commentId is taken. */
  async add(postId: string, request: AddCommentRequest, idempotencyKey: string | undefined): Promise<CommandAnswer> {
    return await this.idempotentCommands.execute({
      key: idempotencyKey,
      content: ['comment', postId, request],
      run: async (transaction) => {
        const { commentId = randomUUID(), userId, authorName = null, text, occurredAt } = request;
        await handleCommand(this.store, {
          decider: commentDecider,
          streamId: commentStream(commentId),
          command: { commentId, content: { postId, userId, authorName, text }, occurredAt: instantOf(occurredAt) },
          transaction,
          messages: (events) => events.map((event) => this.publisher.messageOf(event)),
        });
        await this.directory.assertPublishedWithin(transaction, postId);
        const location = `/posts/${encodeURIComponent(postId)}/comments/${encodeURIComponent(commentId)}`;
        return { status: 201, headers: { location }, body: { commentId, postId } };
      },
    });
  }
}
