import { type SendingCommand } from '../command-line.ts';
import { type Addresses } from '../demo-endpoints.ts';
import { CommandSender, type SendCommand } from './command-sender.ts';
import { ProgressBar, type ProgressOutput } from './progress-bar.ts';
import { systemClock } from './replay-clock.ts';
import { type ReplayProgress } from './replayer.ts';

/** What a run sends with, and tells its progress to. */
export interface Sending {
  readonly send: SendCommand;
  readonly onProgress: (progress: ReplayProgress) => void;
}

/** Runs `work` with a sender and a progress bar, and closes both. Returns its result and how often a command was repeated. */
export async function withSender<T>(
  command: SendingCommand,
  addresses: Addresses,
  output: ProgressOutput,
  work: (sending: Sending) => Promise<T>,
): Promise<{ readonly result: T; readonly retries: number }> {
  const progress = new ProgressBar(output, () => systemClock.nowMs());
  const sender = new CommandSender({
    addressOf: (service) => addresses.get(service) ?? '',
    concurrency: command.concurrency,
    giveUpAfterMs: command.giveUpAfterMs,
    clock: systemClock,
    random: Math.random,
    onRetry: (reason) => progress.retried(reason),
  });
  try {
    const result = await work({
      send: (event) => sender.send(event),
      onProgress: (state) => progress.update(state),
    });
    return { result, retries: progress.retryCount };
  } finally {
    progress.end();
    await sender.close();
  }
}
