import { lazyBusinessDay } from '../../../shared/business-day.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import type { OrderIndex } from '../order/order-item.ts';

/** Reads the indexes of orders. `timeZone` is the IANA zone of the business days. */
export const createSearchStore = (db: Database, orderTable: string, timeZone: string) => ({
  /** The business day of an instant in milliseconds. */
  dayOf: lazyBusinessDay(timeZone),

  /** Up to `limit` sort keys under one partition key of an index, newest first, older than `before`. */
  placedKeys: ({ name, attribute }: OrderIndex, key: string, before: string | undefined, limit: number) =>
    sortKeyReader(db, orderTable, { name, attribute, sortKey: 'placedKey' }, 'down')(key, before, limit),
});
export type SearchStore = ReturnType<typeof createSearchStore>;
