import { dayBefore } from '../../../shared/business-day.ts';
import { newestOf } from '../../../shared/dynamodb/list-page.ts';
import { placedKeyPattern } from '../../../shared/orders/order-keys.ts';
import { dayIndex } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import type { EmailIndexStore } from './email-index-store.ts';
import type { SearchStore } from './search-store.ts';

const keysPerRead = 100;

type Stores = Pick<OrderStore, 'read'> & Pick<SearchStore, 'placedKeys'> & EmailIndexStore;
type Progress = { read: number; indexed: number; remaining?: { from: string; to: string } };

/**
 * Adds the orders of business days (inclusive) to the index of e-mail addresses, the last day first. Orders placed or changed
 * since 2026-11-30 are in it. `remaining` are the days that are left when `isOver` returns true; repeat with them.
 */
export async function indexEmails(
  stores: Stores,
  { from, to }: { from: string; to: string },
  isOver: () => boolean,
): Promise<Progress> {
  const progress: Progress = { read: 0, indexed: 0 };
  for (let day = to; day >= from; day = dayBefore(day)) {
    if (isOver()) return { ...progress, remaining: { from, to: day } };
    const source = newestOf(dayIndex.keysOf(day), (key, before, count) =>
      stores.placedKeys(dayIndex, key, before, count),
    );
    let after: string | undefined;
    do {
      const { keys, next } = await source(after, keysPerRead);
      const orders = await stores.read(keys.map((key) => placedKeyPattern.exec(key)?.groups?.['orderId'] ?? ''));
      const indexed = await Promise.all(orders.map((order) => stores.indexEmail(order)));
      progress.read += orders.length;
      progress.indexed += indexed.filter(Boolean).length;
      after = next;
    } while (after !== undefined);
  }
  return progress;
}
