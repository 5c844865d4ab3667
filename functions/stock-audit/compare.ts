import { inParallel } from '../../shared/in-parallel.ts';
import { type Books, reservationsOf } from '../../shared/stock/books.ts';
import { confirmed, type Difference, differencesOf } from '../../shared/stock/differences.ts';

const skusAtOnce = 16;
/** Before each look. The index through which open orders are found lags behind them by a moment. */
const pausesSeconds = [0, 1, 2, 4, 8];

/** What a look at a SKU found. It is `whole` if nothing of what was compared changed meanwhile. */
type Look = { sku: string; differences: Difference[]; isWhole: boolean };

export type Comparison = {
  skus: number;
  differences: Difference[];
  /** SKUs of which something changed during every look: what is wrong of them may not be listed. */
  notCompared: string[];
};

/**
 * Compares all stock with ledger and open orders, while orders and movements go on. SKUs that changed during a look are
 * looked at again, and so are those of which something is wrong: two looks must agree on a difference, as an order whose
 * status changes while the open ones are read may be missed.
 */
export async function compareAll(books: Books, pause: (ms: number) => Promise<unknown>): Promise<Comparison> {
  const skus: string[] = [];
  for await (const page of books.skus()) skus.push(...page);
  const seen = new Map<string, Difference[]>();
  const differences: Difference[] = [];
  let left = skus;
  for (const [index, seconds] of pausesSeconds.entries()) {
    if (left.length === 0) break;
    await pause(seconds * 1000);
    const looks = await lookAt(books, left);
    left = [];
    for (const look of looks) {
      const before = seen.get(look.sku) ?? [];
      const agreed = confirmed(before, look.differences);
      const isDone = look.isWhole && agreed.length === look.differences.length;
      if (isDone || index === pausesSeconds.length - 1) differences.push(...agreed);
      if (isDone) continue;
      left.push(look.sku);
      seen.set(look.sku, [...before, ...look.differences]);
    }
  }
  return { skus: skus.length, differences, notCompared: left };
}

/** Reservations are compared where they are the same before the open orders were read and after. */
async function lookAt(books: Books, skus: readonly string[]): Promise<Look[]> {
  const before = await books.reservations(skus);
  const open = await books.openUnits();
  return inParallel(skusAtOnce, skus, async (sku) => {
    const { found, sums, isOfOneMoment } = await books.snapshot(sku);
    const isReservedStill = reservationsOf(found) === before.get(sku);
    const differences = differencesOf(found, sums, open).filter(({ counter }) => {
      if (counter === 'available') return true;
      return counter === 'reserved' ? isReservedStill : isOfOneMoment;
    });
    return { sku, differences, isWhole: isReservedStill && isOfOneMoment };
  });
}
