import * as z from 'zod';
import { type Database, readBatch } from '../dynamodb/database.ts';
import { sortKeyReader } from '../dynamodb/sort-keys.ts';
import { normalEmail } from '../email.ts';
import { customerIndex, emailIndex, orderKey, placedKeyPattern } from './order-keys.ts';

/** Earlier orders that are read under one key: a customer whose orders were all cancelled has hardly more. */
const ordersPerKey = 10;
const ended = new Set(['cancelled', 'expired']);
const Placed = z.looseObject({ orderId: z.string(), status: z.string() });

/**
 * Returns a function that tells whether a customer has no earlier order, by id and by e-mail address. Orders that were
 * cancelled as a whole or expired do not count. The indexes are eventually consistent.
 */
export function firstOrderReader(db: Database, orderTable: string) {
  return async ({ id, email }: { id?: string | undefined; email?: string | undefined }): Promise<boolean> => {
    const wanted = [
      ...(id === undefined ? [] : customerIndex.keysOf(id).map((key) => ({ index: customerIndex, key }))),
      ...(email === undefined ? [] : emailIndex.keysOf(normalEmail(email)).map((key) => ({ index: emailIndex, key }))),
    ];
    const found = await Promise.all(
      wanted.map(({ index: { name, attribute }, key }) =>
        sortKeyReader(db, orderTable, { name, attribute, sortKey: 'placedKey' }, 'down')(key, undefined, ordersPerKey),
      ),
    );
    if (found.some((keys) => keys.length === ordersPerKey)) return false;
    const ids = new Set(found.flat().flatMap((key) => placedKeyPattern.exec(key)?.groups?.['orderId'] ?? []));
    if (ids.size === 0) return true;
    const items = (await readBatch(db, { [orderTable]: [...ids].map(orderKey) }, true)).get(orderTable) ?? [];
    return items.map((item) => Placed.parse(item)).every(({ status }) => ended.has(status));
  };
}
