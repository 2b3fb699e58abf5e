import { describe, expect, it } from '@jest/globals';
import { createLogger, NestLogger, withoutCredentials } from './index.ts';

function collect(level = 'info'): { readonly nest: NestLogger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
  const logger = createLogger({ name: 'tiny', level, format: 'json', destination });
  return { nest: new NestLogger(logger), lines };
}

describe('the logger', () => {
  it('writes level, time, service, context and message', () => {
    const { nest, lines } = collect();
    nest.warn('the relay waits', 'Relay');
    expect(lines).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        service: 'tiny',
        context: 'Relay',
        msg: 'the relay waits',
      },
    ]);
  });

  it('carries fields, and an error with its code, stack and causes', () => {
    const { nest, lines } = collect();
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    nest.error('publishing failed', new Error('no broker', { cause }), { topic: 'posts' }, 'Relay');
    expect(lines[0]).toMatchObject({
      msg: 'publishing failed',
      topic: 'posts',
      err: { type: 'Error', message: 'no broker', stack: expect.any(String), cause: { code: 'ECONNREFUSED' } },
    });
  });

  it('leaves out what is below its level', () => {
    const { nest, lines } = collect('warn');
    nest.log('info');
    nest.debug('debug');
    nest.error('error');
    expect(lines.map((line) => line['msg'])).toEqual(['error']);
  });

  it('replaces credentials in fields, messages and errors', () => {
    const { nest, lines } = collect();
    nest.log(
      'opening postgres://user:hunter2@db:5432/posts',
      { password: 'hunter2', request: { headers: { authorization: 'Bearer hunter2' } } },
      'Database',
    );
    nest.error(new Error('refused by kafka://user:hunter2@broker'));
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

describe('credentials in a text', () => {
  it('are cut out of every URL, the rest stays', () => {
    expect(withoutCredentials('from http://a:b@x/ to https://y/z@w and c@d')).toBe(
      'from http://[redacted]@x/ to https://y/z@w and c@d',
    );
  });
});
