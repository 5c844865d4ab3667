/** How far the storefronts are with `total` orders, and who waits for them to be so far. */
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
    /** There will be no more, whether all were sent or not. */
    ordersOver: () => {
      done = total;
      wake();
    },
    /** Resolves once this share of the orders, from 0 to 1, has been dealt with. */
    reached: (share: number) =>
      new Promise<void>((go) => {
        waiting.push({ from: share * total, go });
        wake();
      }),
  };
}
