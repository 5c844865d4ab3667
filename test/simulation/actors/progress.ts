/** Counts the processed orders of `total` and wakes actors that wait for a share of them. */
export function progressOf(total: number, onOrder: () => void = () => {}) {
  let done = 0;
  let waiting: { from: number; go: () => void }[] = [];
  const wake = () => {
    for (const { go } of waiting.filter(({ from }) => from <= done)) go();
    waiting = waiting.filter(({ from }) => from > done);
  };
  return {
    onOrder: () => {
      done += 1;
      onOrder();
      wake();
    },
    /** Ends the orders, whether or not all were sent. */
    allOrdersDone: () => {
      done = total;
      wake();
    },
    /** Resolves once this share of the orders (0 to 1) has been processed. */
    reached: (share: number) =>
      new Promise<void>((go) => {
        waiting.push({ from: share * total, go });
        wake();
      }),
  };
}
