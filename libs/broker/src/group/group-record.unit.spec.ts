import { describe, expect, it } from '@jest/globals';
import { ZERO_UUID } from '../protocol/index.ts';
import { groupRecordCodec, type GroupRecord } from './group-record.ts';

const offset: GroupRecord = {
  kind: 'offset',
  key: { group: 'g', topic: 'orders', partition: 2 },
  value: { offset: 7, leaderEpoch: 3, metadata: 'm', commitTimestamp: 1000, expireTimestamp: -1, topicId: ZERO_UUID },
};

const group: GroupRecord = {
  kind: 'group',
  groupId: 'g',
  value: {
    protocolType: 'consumer',
    generation: 3,
    protocol: 'range',
    leader: 'm-1',
    currentStateTimestamp: 1000,
    members: [
      {
        memberId: 'm-1',
        groupInstanceId: 'i',
        clientId: 'c',
        clientHost: '/127.0.0.1',
        rebalanceTimeout: 60000,
        sessionTimeout: 10000,
        subscription: Buffer.from('s'),
        assignment: Buffer.from('a'),
      },
    ],
  },
};

describe('the records of the offsets topic', () => {
  it.each([
    ['an offset', offset],
    ['an offset that is forgotten', { ...offset, value: null }],
    ['a group', group],
    ['a group that is deleted', { ...group, value: null }],
  ])('are read as they were written: %s', (_what, record) => {
    expect(groupRecordCodec.decode(groupRecordCodec.encode(record))).toEqual(record);
  });

  it('have the bytes of Kafka', () => {
    const { key, value } = groupRecordCodec.encode(offset);
    expect(key!.toString('hex')).toBe('0001' + '000167' + '00066f7264657273' + '00000002');
    expect(value!.toString('hex')).toBe('0003' + '0000000000000007' + '00000003' + '00016d' + '00000000000003e8');
  });

  it('keep an expiry of their own, in the version that has one', () => {
    const expiring: GroupRecord = { ...offset, value: { ...offset.value!, leaderEpoch: -1, expireTimestamp: 5000 } };
    const { key, value } = groupRecordCodec.encode(expiring);
    expect(value!.readInt16BE(0)).toBe(1);
    expect(groupRecordCodec.decode({ key, value })).toEqual(expiring);
  });

  it('of kinds that this release does not know are left out', () => {
    const streamsGroupKey = Buffer.from('0011' + '000167', 'hex');
    expect(groupRecordCodec.decode({ key: streamsGroupKey, value: Buffer.from('00000000', 'hex') })).toBeUndefined();
    expect(groupRecordCodec.decode({ key: null, value: null })).toBeUndefined();
  });
});
