/**
 * Keeps something open while somebody may look at the page. A browser has a handful of connections to one server for all its tabs: streams
 * of tabs behind others would leave none to the next one.
 */

/** @param open begins, and returns what ends it @returns ends it for good */
export function whileSeen(open: () => () => void): () => void {
  let close: (() => void) | undefined;
  const look = (): void => {
    if (!document.hidden) close ??= open();
    else {
      close?.();
      close = undefined;
    }
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    document.removeEventListener('visibilitychange', look);
    close?.();
  };
}
