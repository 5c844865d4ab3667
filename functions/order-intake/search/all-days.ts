import { dayBefore } from '../../../shared/business-day.ts';
import type { TimeRange } from '../../../shared/contracts/list-query.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { type KeySource, newestFirst } from '../../../shared/dynamodb/list-page.ts';
import { statusIndex } from '../../../shared/orders/order-keys.ts';
import { dayIndex, type OrderIndex } from '../order/order-item.ts';
import type { SearchStore } from './search-store.ts';

/** Limit of days per round. A round of quiet days returns the few keys that it found. */
const maxDaysPerRound = 31;

/**
 * Keys of all orders in a time range, newest first: those of one business day after the other. The day of an order never
 * changes, so that no change between pages moves its key. Where a day is empty, the index of statuses shows the newest order
 * before it.
 */
export const newestOfAllDays =
  (store: SearchStore, { from = '', before }: TimeRange): KeySource =>
  async (after, count) => {
    const start = after ?? before;
    const found: string[] = [];
    let day: string | undefined;
    for (let round = 1; round <= maxDaysPerRound && found.length <= count; round += 1) {
      const last = found.at(-1) ?? start;
      let keys = day === undefined ? [] : await newestIn(store, dayIndex, [day], last, count + 1);
      if (keys.length === 0) {
        const [newest] = await newestIn(store, statusIndex, OrderStatus.options, last, 1);
        if (newest === undefined || newest < from) return pageOf(found, count, false);
        day = store.dayOf(Date.parse(newest.slice(0, newest.indexOf('#'))));
        keys = newestFirst([...new Set([newest, ...(await newestIn(store, dayIndex, [day], last, count + 1))])]);
      }
      const inRange = keys.filter((key) => key >= from);
      found.push(...inRange);
      if (inRange.length < keys.length) return pageOf(found, count, false);
      day = day === undefined ? undefined : dayBefore(day);
    }
    return pageOf(found, count, true);
  };

const pageOf = (found: readonly string[], count: number, hasMore: boolean) => {
  const keys = found.slice(0, count);
  return { keys, next: hasMore || found.length > count ? keys.at(-1) : undefined };
};

async function newestIn(
  store: SearchStore,
  index: OrderIndex,
  values: readonly string[],
  before: string | undefined,
  count: number,
): Promise<string[]> {
  const partitions = values.flatMap(index.keysOf);
  const read = await Promise.all(partitions.map((key) => store.placedKeys(index, key, before, count)));
  return newestFirst(read.flat()).slice(0, count);
}
