/** Waits, at most until the signal is aborted. */
export async function sleep(waitMs: number, ended: AbortSignal): Promise<void> {
  if (ended.aborted) return;
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      ended.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, waitMs);
    ended.addEventListener('abort', wake, { once: true });
  });
}
