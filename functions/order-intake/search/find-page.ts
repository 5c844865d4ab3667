import type { FindOrdersQuery } from '../../../shared/contracts/orders/routes.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { customerIndex, placedKeyPattern, statusIndex } from '../../../shared/orders/order-keys.ts';
import { cursorOf, positionOf } from '../../../shared/dynamodb/cursor.ts';
import { asOf } from '../order/deadlines.ts';
import { dayIndex, type OrderIndex, type OrderItem, placedKeyOf } from '../order/order-item.ts';
import { isVisible, type ChannelAccess } from '../../../shared/access/channel-access.ts';
import type { OrderStore } from '../order/order-store.ts';
import type { SearchStore } from './search-store.ts';

/** Limit of index reads per page: a channel with few orders among many gets a short page with a cursor. */
const maxRounds = 10;
const keysPerRound = 100;

type Criteria = Omit<FindOrdersQuery, 'limit' | 'cursor'>;
type FindStore = Pick<OrderStore, 'read'> & SearchStore;

/** A page of orders, newest first, with the cursor of the next page. Undefined if the cursor belongs to another query. */
export async function findPage(
  store: FindStore,
  { limit, cursor, ...criteria }: FindOrdersQuery,
  access: ChannelAccess,
  now: number,
): Promise<{ orders: OrderItem[]; cursor?: string } | undefined> {
  let position = cursor === undefined ? undefined : positionOf(cursor, criteria, placedKeyPattern);
  if (cursor !== undefined && position === undefined) return undefined;
  const nextKeys = keySource(store, criteria, access);
  const isVisibleKey = (key: string) => isVisible(placedKeyParts(key).channel, access);
  // One key more than the page needs shows whether there is another page.
  const count = (access.onlyChannel === undefined ? limit : keysPerRound) + 1;

  const orders: OrderItem[] = [];
  for (let round = 1; ; round += 1) {
    const keys = await nextKeys(position, count);
    const wanted = keys.filter(isVisibleKey).slice(0, limit - orders.length);
    const isFull = orders.length + wanted.length === limit;
    const last = isFull ? wanted.at(-1) : keys.at(-1);
    const read = await readInOrder(store, wanted);
    orders.push(...read.filter((order) => matchesStatus(asOf(order, now), criteria)));
    if (last === undefined || (last === keys.at(-1) && keys.length < count)) return { orders };
    if (orders.length === limit || round === maxRounds) return { orders, cursor: cursorOf(criteria, last) };
    position = last;
  }
}

const placedKeyParts = (placedKey: string) => {
  const { orderId = '', channel = '' } = placedKeyPattern.exec(placedKey)?.groups ?? {};
  return { orderId, channel };
};

/** The index is eventually consistent: it may list an order under an earlier status. */
const matchesStatus = (order: OrderItem, { status }: Criteria) => status === undefined || order.status === status;

async function readInOrder(store: FindStore, placedKeys: string[]): Promise<OrderItem[]> {
  const ids = placedKeys.map((key) => placedKeyParts(key).orderId);
  const byId = new Map((await store.read(ids)).map((order) => [order.orderId, order]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

type KeySource = (before: string | undefined, count: number) => Promise<string[]>;

function keySource(store: FindStore, criteria: Criteria, access: ChannelAccess): KeySource {
  const { externalOrderId, customerId, status, day } = criteria;
  if (externalOrderId !== undefined) return identifiedKeys(store, externalOrderId, access);
  if (customerId !== undefined) return mergedKeys(store, customerIndex, customerId);
  if (status !== undefined) return mergedKeys(store, statusIndex, status);
  return mergedKeys(store, dayIndex, day ?? '');
}

/** Keys of an index, newest first, merged from all shards. */
const mergedKeys =
  (store: FindStore, index: OrderIndex, value: string): KeySource =>
  async (before, count) => {
    const shards = await Promise.all(index.keysOf(value).map((key) => store.placedKeys(index, key, before, count)));
    return newestFirst(shards.flat()).slice(0, count);
  };

/** An external id needs no index: the order id derives from it and the channel. */
const identifiedKeys =
  (store: FindStore, externalOrderId: string, { onlyChannel, channels }: ChannelAccess): KeySource =>
  async (before, count) => {
    const searched = onlyChannel === undefined ? channels : [onlyChannel];
    const orders = await store.read(searched.map((channel) => orderIdOf(channel, externalOrderId)));
    const keys = orders.map(placedKeyOf).filter((key) => before === undefined || key < before);
    return newestFirst(keys).slice(0, count);
  };

const newestFirst = (keys: string[]) => keys.toSorted((a, b) => (a < b ? 1 : -1));
