import type { ChildProcess } from 'node:child_process';

const sliceMs = 20;

/**
 * Lets one of the processes run at a time, each for the same while, until the end is called: as if each had a processor of its own that
 * is as many times slower as there are processes.
 */
export function inTurns(processes: readonly ChildProcess[]): { end(): void } {
  let turn = 0;
  for (const process of processes.slice(1)) process.kill('SIGSTOP');
  const timer = setInterval(() => {
    processes[turn]!.kill('SIGSTOP');
    turn = (turn + 1) % processes.length;
    processes[turn]!.kill('SIGCONT');
  }, sliceMs);
  return {
    end: () => {
      clearInterval(timer);
      for (const process of processes) process.kill('SIGCONT');
    },
  };
}
