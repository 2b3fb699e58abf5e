import { describe, expect, it } from '@jest/globals';
import { advertisedEndpoint } from './endpoint.ts';

describe('the advertised endpoint', () => {
  const listening = { nodeId: 1, port: 9092, listener: undefined };

  it('is the address that is listened on', () => {
    expect(advertisedEndpoint({ ...listening, host: 'localhost' }, '127.0.0.1')).toEqual({
      nodeId: 1,
      host: 'localhost',
      port: 9092,
    });
  });

  it('is the address by which the client came where every address is listened on', () => {
    expect(advertisedEndpoint({ ...listening, host: '0.0.0.0' }, '10.1.2.3').host).toBe('10.1.2.3');
    expect(advertisedEndpoint({ ...listening, host: '::' }, '::1').host).toBe('::1');
  });

  it('is what is configured, before all else', () => {
    const listener = { host: 'kafka.example.com', port: 443 };
    expect(advertisedEndpoint({ ...listening, host: '0.0.0.0', listener }, '10.1.2.3')).toEqual({
      nodeId: 1,
      ...listener,
    });
  });
});
