/** Collects calls during a turn of the event loop and makes them, in order, when its input was handled. */
export function endOfTurn(): (call: () => void) => void {
  let calls: (() => void)[] = [];
  const run = () => {
    const due = calls;
    calls = [];
    for (const call of due) call();
  };
  return (call) => {
    if (calls.push(call) === 1) setImmediate(run);
  };
}
