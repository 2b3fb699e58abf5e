import { programArguments, startServer } from '../../load/child.ts';
import type { Capturer, CaptureSource, RunningCapturer } from './work.ts';

/** Ours makes its slot itself: it is started once before there is anything. */
export const own: Capturer = {
  prepare: async (source) => {
    const capturer = await start(source);
    await capturer.stop();
  },
  start,
};

async function start(source: CaptureSource): Promise<RunningCapturer> {
  return await startServer(programArguments('toolkit/change-capture/own-program', [JSON.stringify(source)]));
}
