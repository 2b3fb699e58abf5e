/**
 * Preloaded into every part (`node --import`): ends the process when the launcher is gone, however it ended, since the
 * launcher holds the other end of stdin. Without it a launcher that was killed would leave its parts behind.
 */
const GRACE_MS = 10_000;

let ending = false;

function launcherGone(): void {
  if (ending) return;
  ending = true;
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
}

process.stdin.on('end', launcherGone).on('close', launcherGone).on('error', launcherGone).resume();
// Reading stdin must not keep a process alive that is through with its work.
process.stdin.unref();

// What would be written to the launcher has no reader then; that is no reason to end in disorder.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
