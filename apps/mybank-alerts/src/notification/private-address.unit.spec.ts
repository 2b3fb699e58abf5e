import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { assertPublicHost, isPrivateAddress, lookupPublic } from './private-address.ts';

describe('an address that a webhook must not reach', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
  ])('is %s', (address) => expect(isPrivateAddress(address)).toBe(true));

  it.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '2606:4700::1111'])('is not %s', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  );

  it('is found however the host of a URL is written', () => {
    for (const url of [
      'http://127.1',
      'http://0x7f000001',
      'http://2130706433',
      'http://[::1]:8080',
      'http://0177.0.0.1',
    ])
      expect(() => assertPublicHost(new URL(url).hostname)).toThrow('private address');
    expect(() => assertPublicHost('example.org')).not.toThrow();
  });

  it('is found behind a name, when the connection is made', async () => {
    const found = promisify(
      lookupPublic as (host: string, options: object, callback: (error: Error | null) => void) => void,
    );
    await expect(found('localhost', { all: true })).rejects.toMatchObject({ name: 'DeliveryError', retriable: false });
  });
});
