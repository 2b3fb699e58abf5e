/**
 * Cleans up after a starter that died, however it died.
 *
 * A shell holds a pipe from the starter and reads from it which server runs now. When the pipe ends without a word, the
 * starter is gone: the shell stops the server and removes a temporary folder. It is in a session of its own, so that
 * Ctrl-C in a terminal does not reach it, and does not keep the starter's event loop alive.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { type Writable } from 'node:stream';

/**
 * $1 signal, $2 folder to remove or an empty string. Each line is the process id of the server or empty when none runs.
 * Ends by itself after 20 s even if nobody reaps the server.
 */
const SCRIPT = `while read -r line; do pid=$line; done; n=0
if [ -n "$pid" ]; then
  kill -"$1" "$pid"
  while kill -0 "$pid" && [ "$n" -lt 200 ]; do sleep 0.1; n=$((n+1)); done
fi
if [ -n "$2" ]; then rm -rf "$2"; fi`;

export class StarterGuard {
  private readonly shell: ChildProcess;
  private readonly input: Writable;

  /** @param temporaryFolder removed with the server; undefined for one that persists. */
  constructor(temporaryFolder: string | undefined) {
    const args = temporaryFolder === undefined ? ['INT', ''] : ['QUIT', temporaryFolder];
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'postgres-guard', ...args], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    shell.unref();
    (shell.stdin as unknown as { unref(): void }).unref();
    // Without its shell (or its guard killed from outside) a server is only less well guarded.
    shell.on('error', () => undefined);
    shell.stdin.on('error', () => undefined);
    this.shell = shell;
    this.input = shell.stdin;
  }

  /** Tells which server (or initdb) runs now; undefined when none does, since its process id may soon be another program's. */
  watch(pid: number | undefined): void {
    this.input.write(`${pid ?? ''}\n`);
  }

  /** The starter has cleaned up itself. */
  dismiss(): void {
    this.shell.kill('SIGKILL');
  }
}
