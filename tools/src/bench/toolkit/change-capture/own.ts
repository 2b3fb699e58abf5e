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

/** As ADR 0018 says of a process that only captures. */
const nodeArguments = ['--max-semi-space-size=2', '--max-old-space-size=96'];

async function start(source: CaptureSource): Promise<RunningCapturer> {
  const program = programArguments('toolkit/change-capture/own-program', [JSON.stringify(source)]);
  return await startServer([...nodeArguments, ...program]);
}
