import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { validateAsyncApi } from './asyncapi-validation.fixture.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = path.join(root, 'docs/asyncapi');
const read = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');

describe('the AsyncAPI documents', () => {
  it.each(fs.readdirSync(folder))('are valid to the AsyncAPI parser, without a warning: %s', async (name) => {
    expect(await validateAsyncApi(read(name))).toEqual([]);
  });

  it('would be refused for a payload that is no Avro, and for a channel that there is not', async () => {
    const text = read('social-feed.yaml');
    const wrongPayload = text.replace('logicalType: timestamp-millis', 'logicalType: timestamp-milis');
    expect(await validateAsyncApi(wrongPayload)).toContainEqual(
      expect.objectContaining({ severity: 'error', message: expect.stringContaining('timestamp-milis has no form') }),
    );
    const wrongChannel = text.replace("$ref: '#/channels/posts'", "$ref: '#/channels/pots'");
    expect(wrongChannel).not.toBe(text);
    expect(await validateAsyncApi(wrongChannel)).toContainEqual(expect.objectContaining({ severity: 'error' }));
  });

  it('say what a service sends and receives, how its topics are set up, by which key and in which group', () => {
    const document = parse(read('social-feed.yaml')) as Record<string, Record<string, unknown>>;
    expect(document['operations']).toMatchObject({
      sendPostsWithCounts: {
        action: 'send',
        channel: { $ref: '#/channels/postsWithCounts' },
        messages: [
          { $ref: '#/channels/postsWithCounts/messages/PostWithCounts' },
          { $ref: '#/channels/postsWithCounts/messages/PostsWithCountsTombstone' },
        ],
      },
      receivePosts: {
        action: 'receive',
        bindings: { kafka: { groupId: { enum: ['social-feed.posts'] }, clientId: { enum: ['social-feed'] } } },
      },
      sendPostsDeadLettersOfSocialFeedPosts: { action: 'send' },
    });
    expect(document['channels']).toMatchObject({
      postsWithCounts: {
        address: 'posts_with_counts',
        bindings: {
          kafka: {
            topic: 'posts_with_counts',
            partitions: 6,
            replicas: 1,
            topicConfiguration: { 'cleanup.policy': ['compact'] },
          },
        },
      },
      posts: { bindings: { kafka: { topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': -1 } } } },
      postsDeadLettersOfSocialFeedPosts: { address: 'posts.dead-letter.social-feed.posts' },
    });
    expect(document['components']!['messages']).toMatchObject({
      PostPublished: {
        name: 'headwater.social.PostPublished',
        payload: {
          schemaFormat: 'application/vnd.apache.avro;version=1.9.0',
          schema: { type: 'record', name: 'PostPublished' },
        },
        bindings: { kafka: { key: { type: 'string', description: 'userId, as text.' }, schemaIdLocation: 'payload' } },
      },
      PostsWithCountsTombstone: { payload: { type: 'null' } },
    });
    expect(stringify(document)).not.toContain('&');
  });
});
