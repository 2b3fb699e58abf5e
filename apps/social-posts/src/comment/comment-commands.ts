/** Runs the commands of a comment: decide, append and public event into the outbox, in one transaction. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventStore, handleCommand, VersionConflictError, type ExpectedVersion } from '@headwater/event-sourcing';
import {
  entityTag,
  expectedVersionOf,
  instantOf,
  versionDiffers,
  IdempotentCommands,
  type CommandAnswer,
} from '@headwater/service-kit';
import { type EntityManager } from 'typeorm';
import { type CommandHeaders } from '../post/post-commands.ts';
import { PostDirectory } from '../post/post-directory.ts';
import {
  commentDecider,
  commentStream,
  type CommentCommand,
  type CommentEvent,
  type ParentComment,
} from './comment.decider.ts';
import { CommentPublisher } from './comment.publisher.ts';
import { type AddCommentRequest, type EditCommentRequest } from './comment.requests.ts';

/** Which comment of which post. */
export interface CommentPlace {
  readonly postId: string;
  readonly commentId: string;
}

@Injectable()
export class CommentCommands {
  constructor(
    private readonly store: EventStore,
    private readonly publisher: CommentPublisher,
    private readonly directory: PostDirectory,
    private readonly idempotentCommands: IdempotentCommands,
  ) {}

  /**
   * @throws Problem 404 or 409 when the post, or the comment that is replied to, is not there (any more), 409 when the commentId is
   * taken, 422 when the reply would lie too deep.
   */
  async add(postId: string, request: AddCommentRequest, idempotencyKey: string | undefined): Promise<CommandAnswer> {
    return await this.idempotentCommands.execute({
      key: idempotencyKey,
      content: ['comment', postId, request],
      run: async (transaction) => {
        const { commentId = randomUUID(), userId, authorName = null, text, parentCommentId, occurredAt } = request;
        const content = { userId, authorName, text };
        const parent = parentCommentId && (await this.lockThread(transaction, commentId, parentCommentId));
        const at = { commentId, postId, occurredAt: instantOf(occurredAt) };
        const version = await this.handle(transaction, { type: 'add', ...at, content, parent: parent || undefined });
        const location = `/posts/${encodeURIComponent(postId)}/comments/${encodeURIComponent(commentId)}`;
        return { status: 201, headers: { location, etag: entityTag(version) }, body: { commentId, postId } };
      },
    });
  }

  /** @throws Problem 404 or 409 when post or comment are not there (any more), 412 when it is of another version. */
  async edit(place: CommentPlace, request: EditCommentRequest, headers: CommandHeaders): Promise<CommandAnswer> {
    const { text, occurredAt } = request;
    const command: CommentCommand = { type: 'edit', ...place, text, occurredAt: instantOf(occurredAt) };
    return await this.change(command, ['edit-comment', place, request, headers.ifMatch], headers, (version) => ({
      status: 200,
      headers: { etag: entityTag(version) },
      body: { ...place },
    }));
  }

  /** Deleting it again changes nothing. @throws Problem as `edit` does. */
  async delete(place: CommentPlace, occurredAt: string | undefined, headers: CommandHeaders): Promise<CommandAnswer> {
    const command: CommentCommand = { type: 'delete', ...place, occurredAt: instantOf(occurredAt) };
    const content = ['delete-comment', place, occurredAt, headers.ifMatch];
    return await this.change(command, content, headers, () => ({ status: 204, headers: {}, body: null }));
  }

  private change(
    command: CommentCommand,
    content: unknown,
    { idempotencyKey, ifMatch }: CommandHeaders,
    answer: (version: number) => CommandAnswer,
  ): Promise<CommandAnswer> {
    const expectedVersion = expectedVersionOf(ifMatch);
    return this.idempotentCommands.execute({
      key: idempotencyKey,
      content,
      run: async (transaction) => {
        try {
          return answer(await this.handle(transaction, command, expectedVersion));
        } catch (error) {
          throw error instanceof VersionConflictError ? versionDiffers('The comment', ifMatch) : error;
        }
      },
    });
  }

  /** @returns the version of the comment's stream afterwards. */
  private async handle(
    transaction: EntityManager,
    command: CommentCommand,
    expectedVersion?: ExpectedVersion,
  ): Promise<number> {
    const { version } = await handleCommand(this.store, {
      decider: commentDecider,
      streamId: commentStream(command.commentId),
      command,
      transaction,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      messages: (events) => events.map((event) => this.publisher.messageOf(event)),
    });
    await this.directory.assertPublishedWithin(transaction, command.postId);
    return version;
  }

  /** The comment that is replied to stays as it is until the transaction ends: nobody replies to what is being deleted. */
  private async lockThread(
    transaction: EntityManager,
    commentId: string,
    parentCommentId: string,
  ): Promise<ParentComment> {
    const parentStream = commentStream(parentCommentId);
    await this.store.lockStream(transaction, commentStream(commentId), parentStream);
    const { events } = await this.store.readStream<CommentEvent>(parentStream, { within: transaction });
    const state = events.reduce((before, event) => commentDecider.evolve(before, event), commentDecider.initialState());
    return { commentId: parentCommentId, state };
  }
}
