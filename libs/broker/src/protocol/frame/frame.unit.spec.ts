import { describe, expect, it } from '@jest/globals';
import { apiVersionsApi } from '../apis/18-api-versions.ts';
import { fetchApi } from '../apis/01-fetch.ts';
import { heartbeatApi } from '../apis/12-heartbeat.ts';
import { produceApi } from '../apis/00-produce.ts';
import { ErrorCode } from '../error-code.ts';
import { ProtocolError, UnsupportedVersionError } from '../protocol-error.ts';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './frame.ts';

const frameOf = (pieces: readonly Buffer[]) => {
  const bytes = Buffer.concat(pieces);
  expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
  return bytes.subarray(4);
};
const header = { correlationId: 77, clientId: 'client' };
const heartbeat = { groupId: 'group', generationId: 3, memberId: 'member', groupInstanceId: null };
const hex = (text: string) => Buffer.from(text, 'hex');

describe('decodeRequest', () => {
  it('reads the old header before inflexible versions and the new one, tags and all, before flexible ones', () => {
    for (const [version, tags] of [
      [3, ''],
      [4, '00'],
      [4, '020003aabbcc05017f'],
    ] as const) {
      const written = frameOf(encodeRequest(heartbeatApi, version, header, heartbeat));
      const headerLength = 2 + 2 + 4 + 2 + 'client'.length;
      const body = written.subarray(headerLength + (version === 4 ? 1 : 0));
      const request = decodeRequest([written.subarray(0, headerLength), hex(tags), body]);
      expect(request.header).toEqual({ apiKey: 12, apiVersion: version, ...header });
      expect(request.api).toBe(heartbeatApi);
      expect(request.body).toEqual(heartbeat);
    }
  });

  it('reads a client id that is null', () => {
    const frame = frameOf(encodeRequest(heartbeatApi, 0, { ...header, clientId: null }, heartbeat));
    expect(decodeRequest([frame]).header.clientId).toBeNull();
  });

  it('gives record data as views of the frame', () => {
    const records = [Buffer.from('first'), Buffer.from('second')];
    const pieces = encodeRequest(produceApi, 9, header, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 'topic', partitionData: [{ index: 0, records }] }],
    });
    pieces[0] = pieces[0]!.subarray(4);
    const body = decodeRequest(pieces).body as { topicData: { partitionData: { records: Buffer[] }[] }[] };
    const decoded = body.topicData[0]!.partitionData[0]!.records;
    expect(Buffer.concat(decoded).toString()).toBe('firstsecond');
    expect(decoded[0]).toBe(records[0]);
  });

  it('passes over bytes behind the last field', () => {
    const frame = frameOf(encodeRequest(heartbeatApi, 4, header, heartbeat));
    expect(decodeRequest([frame, Buffer.from('more')]).body).toEqual(heartbeat);
  });

  it('gives the header of a version or an API that is not defined, so that it can be answered', () => {
    for (const [bytes, apiKey, apiVersion] of [
      ['0012006300000007ffff', 18, 99],
      ['7fff000000000007ffff', 32767, 0],
      ['0000000200000007ffff', 0, 2],
    ] as const) {
      const attempt = () => decodeRequest([hex(bytes)]);
      expect(attempt).toThrow(UnsupportedVersionError);
      expect(attempt).toThrow(
        expect.objectContaining({ header: { apiKey, apiVersion, correlationId: 7, clientId: null } }),
      );
    }
  });

  it('says where a request that is cut off ends', () => {
    const frame = frameOf(encodeRequest(heartbeatApi, 4, header, heartbeat));
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodeRequest([frame.subarray(0, length)])).toThrow(ProtocolError);
    }
    expect(() => decodeRequest([frame.subarray(0, 28)])).toThrow('Heartbeat v4 request: memberId at byte 28: ');
  });
});

describe('encodeResponse', () => {
  it('writes the new header before flexible versions only', () => {
    const body = { errorCode: ErrorCode.REBALANCE_IN_PROGRESS };
    expect(frameOf(encodeResponse(heartbeatApi, 3, 5, body)).toString('hex')).toBe('00000005' + '00000000' + '001b');
    expect(frameOf(encodeResponse(heartbeatApi, 4, 5, body)).toString('hex')).toBe(
      '00000005' + '00' + '00000000001b00',
    );
  });

  it('writes the old header before every version of ApiVersions', () => {
    const body = { errorCode: 0, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] };
    const bytes = frameOf(encodeResponse(apiVersionsApi, 3, 5, body)).toString('hex');
    expect(bytes).toBe('00000005' + '0000' + '02' + '001200000004' + '00' + '00000000' + '00');
    expect(decodeResponse(apiVersionsApi, 3, [hex(bytes)])).toMatchObject({ correlationId: 5, body });
  });

  it('takes record data by reference', () => {
    const records = [Buffer.from('one'), Buffer.from('two')];
    const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 2, lastStableOffset: 2, records };
    const pieces = encodeResponse(fetchApi, 12, 5, { responses: [{ topic: 'topic', partitions: [partition] }] });
    expect(pieces).toHaveLength(4);
    expect(pieces[1]).toBe(records[0]);
    expect(pieces[2]).toBe(records[1]);
    const { body } = decodeResponse(fetchApi, 12, [frameOf(pieces)]);
    expect(Buffer.concat(body.responses[0]!.partitions[0]!.records!).toString()).toBe('onetwo');
  });

  it('names the field of a value that is not of its type', () => {
    const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 2, lastStableOffset: 2, records: [] };
    const body = { responses: [{ topic: null as unknown as string, partitions: [partition] }] };
    expect(() => encodeResponse(fetchApi, 12, 5, body)).toThrow(
      'Fetch v12 response: responses.topic cannot be written',
    );
  });

  it('refuses a version that is not defined', () => {
    expect(() => encodeResponse(heartbeatApi, 5, 1, { errorCode: 0 })).toThrow(
      'There is no Heartbeat v5 response here',
    );
  });
});
