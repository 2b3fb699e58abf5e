import type { CommandLine } from '../run-operator.ts';

/** Shows how many of all are done: one line that is written over on a terminal, else a line for each tenth. Without numbers, it ends. */
export function countLine(output: CommandLine['output'], verb: string): (done?: number, all?: number) => void {
  let lastTenth = 0;
  return (done, all = 0) => {
    if (done === undefined) {
      if (output.isTTY) output.write('\r\u001B[K');
      return;
    }
    const line = `${done.toLocaleString('en')} of ${all.toLocaleString('en')} ${verb}`;
    const tenth = Math.floor((done / Math.max(1, all)) * 10);
    if (output.isTTY) output.write(`\r\u001B[K${line}`);
    else if (tenth !== lastTenth && all >= 100) output.write(`${line}\n`);
    lastTenth = tenth;
  };
}
