/** Runs the commands of a post: decide, append, public event into the outbox and entry in the directory, in one transaction. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventStore, handleCommand, VersionConflictError, type ExpectedVersion } from '@headwater/event-sourcing';
import { type EntityManager } from 'typeorm';
import {
  entityTag,
  expectedVersionOf,
  instantOf,
  versionDiffers,
  IdempotentCommands,
  type CommandAnswer,
} from '@headwater/service-kit';
import { PostDirectory } from './post-directory.ts';
import { postDecider, postStream, type PostCommand, type PostState } from './post.decider.ts';
import { PostPublisher } from './post.publisher.ts';
import { type EditPostRequest, type PublishPostRequest } from './post.requests.ts';

/** What a client sends along with a command. */
export interface CommandHeaders {
  readonly idempotencyKey: string | undefined;
  readonly ifMatch?: string | undefined;
}

/** What a command has made of a post. */
interface HandledPost {
  /** Of the post's stream afterwards. */
  readonly version: number;
  readonly userId: string;
}

@Injectable()
export class PostCommands {
  constructor(
    private readonly store: EventStore,
    private readonly publisher: PostPublisher,
    private readonly directory: PostDirectory,
    private readonly idempotentCommands: IdempotentCommands,
  ) {}

  publish(request: PublishPostRequest, { idempotencyKey }: CommandHeaders): Promise<CommandAnswer> {
    return this.idempotentCommands.execute({
      key: idempotencyKey,
      content: ['publish', request],
      run: async (transaction) => {
        const { occurredAt, postId = randomUUID(), ...content } = request;
        const command: PostCommand = {
          type: 'publish',
          postId,
          content: {
            userId: content.userId,
            authorName: content.authorName ?? null,
            title: content.title ?? null,
            text: content.text,
            kind: content.kind ?? 'plain',
            parentPostId: content.parentPostId ?? null,
            sourceUrl: content.sourceUrl ?? null,
          },
          occurredAt: instantOf(occurredAt),
        };
        const { version } = await this.handle(transaction, command);
        return {
          status: 201,
          headers: { location: `/posts/${encodeURIComponent(postId)}`, etag: entityTag(version) },
          body: { postId, userId: content.userId, version },
        };
      },
    });
  }

  /** @throws Problem 404 or 409 when the post is not there (any more), 412 when it is of another version. */
  edit(postId: string, request: EditPostRequest, { idempotencyKey, ifMatch }: CommandHeaders): Promise<CommandAnswer> {
    const expectedVersion = expectedVersionOf(ifMatch);
    return this.idempotentCommands.execute({
      key: idempotencyKey,
      content: ['edit', postId, request, ifMatch],
      run: async (transaction) => {
        const { occurredAt, ...words } = request;
        const command: PostCommand = { type: 'edit', postId, words, occurredAt: instantOf(occurredAt) };
        const { version, userId } = await this.change(transaction, command, ifMatch, expectedVersion);
        return { status: 200, headers: { etag: entityTag(version) }, body: { postId, userId, version } };
      },
    });
  }

  delete(
    postId: string,
    occurredAt: string | undefined,
    { idempotencyKey, ifMatch }: CommandHeaders,
  ): Promise<CommandAnswer> {
    const expectedVersion = expectedVersionOf(ifMatch);
    return this.idempotentCommands.execute({
      key: idempotencyKey,
      content: ['delete', postId, occurredAt, ifMatch],
      run: async (transaction) => {
        const command: PostCommand = { type: 'delete', postId, occurredAt: instantOf(occurredAt) };
        await this.change(transaction, command, ifMatch, expectedVersion);
        return { status: 204, headers: {}, body: null };
      },
    });
  }

  private async change(
    transaction: EntityManager,
    command: PostCommand,
    ifMatch: string | undefined,
    expectedVersion: ExpectedVersion | undefined,
  ): Promise<HandledPost> {
    try {
      return await this.handle(transaction, command, expectedVersion);
    } catch (error) {
      throw error instanceof VersionConflictError ? versionDiffers('The post', ifMatch) : error;
    }
  }

  private async handle(
    transaction: EntityManager,
    command: PostCommand,
    expectedVersion?: ExpectedVersion,
  ): Promise<HandledPost> {
    const { postId } = command;
    const { state, version, events } = await handleCommand(this.store, {
      decider: postDecider,
      streamId: postStream(postId),
      command,
      transaction,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      messages: (happened) => happened.map((event) => this.publisher.messageOf(event)),
    });
    const { userId } = knownPost(state);
    if (events.length > 0)
      await this.directory.record(transaction, { postId, userId, deleted: state.status === 'deleted', version });
    return { version, userId };
  }
}

/** A command that was decided has made the post known. */
function knownPost(state: PostState): Exclude<PostState, { readonly status: 'unknown' }> {
  if (state.status === 'unknown') throw new Error('a post that a command was decided for is known');
  return state;
}
