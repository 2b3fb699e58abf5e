/** V8's CPU profiler in another process, through the inspector that it was started with. */
import type { CpuProfile } from './hot-functions.ts';

const sampleMicroseconds = 500;

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Profiles a process while the work is done. */
export async function profileDuring(inspectorUrl: string, work: () => Promise<unknown>): Promise<CpuProfile> {
  const socket = new WebSocket(inspectorUrl);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const opened = Promise.withResolvers<undefined>();
  socket.onopen = () => opened.resolve(undefined);
  socket.onerror = () => opened.reject(new Error(`No inspector at ${inspectorUrl}`));
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer;
    const answer = waiting.get(id);
    if (error) answer?.reject(new Error(error.message));
    else answer?.resolve(result);
  };
  let nextId = 1;
  const call = (method: string, params: object = {}): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    waiting.set(nextId, answer);
    socket.send(JSON.stringify({ id: nextId++, method, params }));
    return answer.promise;
  };
  try {
    await opened.promise;
    await call('Profiler.enable');
    await call('Profiler.setSamplingInterval', { interval: sampleMicroseconds });
    await call('Profiler.start');
    await work();
    const { profile } = (await call('Profiler.stop')) as { readonly profile: CpuProfile };
    return profile;
  } finally {
    socket.close();
  }
}
