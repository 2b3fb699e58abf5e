import { describe, expect, it } from '@jest/globals';
import { BrokerConfigError, parseBrokerConfig } from './broker-config.ts';

const allKafkaDefaults = {
  nodeId: 1,
  autoCreateTopicsEnable: true,
  numPartitions: 1,
  deleteTopicEnable: true,
  socketRequestMaxBytes: 104857600,
  fetchMaxBytes: 57671680,
  connectionsMaxIdleMs: 600000,
};

describe('the configuration of the broker', () => {
  it('has the defaults of Kafka, but lets groups start at once', () => {
    const config = parseBrokerConfig({});
    expect(config).toMatchObject(allKafkaDefaults);
    expect(config.group).toMatchObject({
      initialRebalanceDelayMs: 0,
      minSessionTimeoutMs: 6000,
      offsetsTopicPartitions: 50,
    });
    expect(config.group.offsetsRetentionMs).toBe(7 * 24 * 60 * 60 * 1000);
    expect(config.log).toMatchObject({
      segmentBytes: 2 ** 30,
      retentionMs: 604800000,
      cleanupDelete: true,
      cleanupCompact: false,
    });
  });

  it('takes the names and values of server.properties', () => {
    const config = parseBrokerConfig({
      'node.id': '0',
      'num.partitions': ' 4 ',
      'auto.create.topics.enable': 'False',
      'log.cleanup.policy': 'compact, delete',
      'advertised.listeners': 'PLAINTEXT://broker.example:19092,OTHER://x:1',
      'num.io.threads': '8',
      'ssl.keystore.location': '/nowhere',
    });
    expect(config).toMatchObject({ nodeId: 0, numPartitions: 4, autoCreateTopicsEnable: false });
    expect(config.log).toMatchObject({ cleanupCompact: true, cleanupDelete: true });
    expect(config.advertisedListener).toEqual({ host: 'broker.example', port: 19092 });
  });

  it.each([
    [{ 'log.retention.hours': '1' }, 3600000],
    [{ 'log.retention.hours': '1', 'log.retention.minutes': '2' }, 120000],
    [{ 'log.retention.hours': '1', 'log.retention.minutes': '2', 'log.retention.ms': '3' }, 3],
    [{ 'log.retention.ms': '-5' }, -1],
  ])('reads %j as a retention of %i ms', (properties, retentionMs) => {
    expect(parseBrokerConfig(properties).log.retentionMs).toBe(retentionMs);
  });

  it('understands addresses of IPv6', () => {
    const config = parseBrokerConfig({ 'advertised.listeners': 'PLAINTEXT://[::1]:9092' });
    expect(config.advertisedListener).toEqual({ host: '::1', port: 9092 });
  });

  it.each([
    ['num.partitions', '0', 'Invalid value 0 for configuration num.partitions: Value must be at least 1'],
    ['num.partitions', 'many', 'Invalid value many for configuration num.partitions: Not a number of type INT'],
    ['node.id', '-1', 'Invalid value -1 for configuration node.id: Value must be at least 0'],
    [
      'default.replication.factor',
      '3',
      'Invalid value 3 for configuration default.replication.factor: Value must be no more than 1',
    ],
    [
      'auto.create.topics.enable',
      'yes',
      'Invalid value yes for configuration auto.create.topics.enable: Expected value to be either true or false',
    ],
    [
      'log.cleanup.policy',
      'keep',
      'Invalid value keep for configuration log.cleanup.policy: String must be one of: compact, delete',
    ],
    [
      'advertised.listeners',
      'broker:9092',
      'Invalid value [broker:9092] for configuration advertised.listeners: Expected NAME://host:port, for example PLAINTEXT://broker:9092',
    ],
    ['num.partition', '3', 'Unknown broker configuration num.partition=3; did you mean num.partitions?'],
    [
      'retention.ms',
      '5',
      "Unknown broker configuration retention.ms=5: it is a topic's configuration; the broker's default for all topics is log.retention.ms",
    ],
    ['anything', '', 'Unknown broker configuration anything='],
  ])('refuses %s=%s and says what is allowed', (name, value, message) => {
    expect(() => parseBrokerConfig({ [name]: value })).toThrow(
      expect.objectContaining({ name: BrokerConfigError.name, message }),
    );
  });
});
