import { describe, expect, it } from '@jest/globals';
import { widenThreadPool } from './disk-threads.ts';

describe('The threads for the calls of the disk', () => {
  it('are more than Node has when each of them waits for syncs', () => {
    const environment: NodeJS.ProcessEnv = {};
    widenThreadPool('fsync', environment);
    expect(Number(environment['UV_THREADPOOL_SIZE'])).toBeGreaterThan(4);
  });

  it('are as many as Node has when nothing is synced, and as the operator says where he says', () => {
    const environment: NodeJS.ProcessEnv = {};
    widenThreadPool('os', environment);
    expect(environment).toEqual({});
    environment['UV_THREADPOOL_SIZE'] = '2';
    widenThreadPool('fsync', environment);
    expect(environment).toEqual({ UV_THREADPOOL_SIZE: '2' });
  });
});
