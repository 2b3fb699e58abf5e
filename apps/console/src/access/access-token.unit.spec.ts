import { describe, expect, it } from '@jest/globals';
import { ServiceConfig } from '@headwater/service-kit';
import { ConsoleConfig } from '../console-config.ts';
import { AccessToken } from './access-token.ts';

function accessWith(environment: Record<string, string>): AccessToken {
  return new AccessToken(new ConsoleConfig(environment), new ServiceConfig(environment));
}

describe('the token of the console', () => {
  it('must be set beyond loopback, where a container publishes its port included', () => {
    expect(() => accessWith({ HOST: '0.0.0.0' })).toThrow('API_TOKEN is missing');
    expect(() => accessWith({ HOST: '0.0.0.0', PUBLISHED_HOST: '192.168.1.5' })).toThrow('listen on 192.168.1.5');
  });

  it('is not asked for on loopback, as long as none is set', () => {
    expect(accessWith({ HOST: '127.0.0.1' }).isRequired).toBe(false);
    expect(accessWith({ HOST: '0.0.0.0', PUBLISHED_HOST: '127.0.0.1' }).isRequired).toBe(false);
    expect(accessWith({ HOST: '127.0.0.1', API_TOKEN: '0123456789abcdef' }).isRequired).toBe(true);
  });
});
