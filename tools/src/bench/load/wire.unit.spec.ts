import { describe, expect, it } from '@jest/globals';
import { encodeBatch } from './batch.ts';
import { readFetchAnswer } from './fetch-answer.ts';
import { FrameReader } from './frame-reader.ts';
import { heartbeatFrame, readHeartbeat } from './heartbeat.ts';
import { int16, int32, int64, int8, text } from './primitives.ts';
import {
  createTopicFrame,
  fetchFrame,
  fetchOffsetAt,
  fetchSessionFrame,
  produceFrame,
  produceHeadBytes,
  topicOf,
} from './wire.ts';

const topic = topicOf(7);

describe('the frames of the loads', () => {
  it('say their own length', () => {
    const { batch } = encodeBatch(1000);
    const limits = { answerBytes: 1000, waitMs: 0 };
    const frames = [
      produceFrame(topic, [{ partition: 0, batch }]),
      fetchSessionFrame(topic, [], limits, { sessionId: 1, epoch: 2 }),
      createTopicFrame({ name: topic, config: { a: 'b' } }),
      heartbeatFrame({ groupId: 'g', memberId: '', memberEpoch: 0, topic, owned: [] }),
    ];
    for (const frame of frames) expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  });

  it('have what programs look at where they look', () => {
    const { batch, recordCount } = encodeBatch(1000);
    expect(produceFrame(topic, [{ partition: 0, batch }]).subarray(produceHeadBytes)).toEqual(batch);
    expect(batch.readInt32BE(57)).toBe(recordCount);
    const fetch = fetchFrame(topic, 3, 123_456_789_012, { answerBytes: 1, waitMs: 0 });
    expect(fetch.readBigInt64BE(fetchOffsetAt)).toBe(123_456_789_012n);
  });

  it('hold at least one record, however small a batch is asked for', () => {
    expect(encodeBatch(0).recordCount).toBe(1);
    expect(encodeBatch(16 * 1024).batch.length).toBeLessThanOrEqual(16 * 1024);
  });
});

describe('the answers', () => {
  const partition = (number: number, error: number, aborted: number, records: Buffer) =>
    Buffer.concat([
      ...[int32(number), int16(error), int64(9), int64(9), int64(0)],
      ...[int32(aborted), ...Array.from({ length: Math.max(0, aborted) * 2 }, () => int64(1))],
      ...[int32(-1), int32(records.length), records],
    ]);
  const fetched = (error: number) =>
    Buffer.concat([
      ...[int32(0), int32(0), int16(0), int32(77), int32(1), text(topic), int32(3)],
      ...[partition(0, 0, -1, Buffer.alloc(250)), partition(1, error, 2, Buffer.alloc(100))],
      partition(2, 0, 0, Buffer.alloc(0)),
    ]);

  it('of a Fetch tell the whole batches of each partition that has some', () => {
    const partitions = [
      { partition: 0, batches: 2 },
      { partition: 1, batches: 1 },
    ];
    expect(readFetchAnswer(fetched(0), 100)).toEqual({ sessionId: 77, partitions });
    expect(() => readFetchAnswer(fetched(1), 100)).toThrow('partition 1 failed with 1');
  });

  it('of a heartbeat tell what a member has now', () => {
    const id = Buffer.alloc(16, 5);
    const head = [int32(0), int8(0), int32(0), int16(0), int8(0), int8(3), Buffer.from('ab'), int32(4), int32(5000)];
    const assigned = [int8(1), int8(2), id, int8(3), int32(0), int32(8), int8(0), int8(0)];
    expect(readHeartbeat(Buffer.concat([...head, ...assigned, int8(0)]))).toEqual({
      ...{ error: 0, message: undefined, memberId: 'ab', memberEpoch: 4 },
      assignment: [{ topicId: id, partitions: [0, 8] }],
    });
    expect(readHeartbeat(Buffer.concat([...head, int8(-1), int8(0)])).assignment).toBeUndefined();
  });

  it('are counted however they are cut into pieces', () => {
    const heads: string[] = [];
    const reader = new FrameReader(2, (head, sizeBytes) => heads.push(`${head.toString('hex')} of ${sizeBytes}`));
    const stream = Buffer.concat([int32(3), Buffer.from('010203', 'hex'), int32(4), Buffer.from('0a0b0c0d', 'hex')]);
    for (const byte of stream) reader.push(Buffer.from([byte]));
    reader.push(stream);
    expect(heads).toEqual(['0102 of 3', '0a0b of 4', '0102 of 3', '0a0b of 4']);
  });
});
