import { type ChannelAccess, isVisible } from '../../../shared/access/channel-access.ts';
import type { TimeRange } from '../../../shared/contracts/list-query.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { collectPage, type KeySource, newestFirst, newestOf } from '../../../shared/dynamodb/list-page.ts';
import { normalEmail } from '../../../shared/email.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { customerIndex, emailIndex, placedKeyPattern, statusIndex } from '../../../shared/orders/order-keys.ts';
import { asOf } from '../order/deadlines.ts';
import { dayIndex, type OrderIndex, type OrderItem, placedKeyOf } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import { newestOfAllDays } from './all-days.ts';
import type { SearchStore } from './search-store.ts';

/** What an order is searched by. The filters are combined by "and"; several statuses by "or". */
export type OrderSearch = {
  externalOrderId?: string | undefined;
  email?: string | undefined;
  customerId?: string | undefined;
  status?: readonly OrderStatus[] | undefined;
  day?: string | undefined;
  warehouse?: string | undefined;
  channel?: string | undefined;
  /** When the order was placed. */
  range?: TimeRange | undefined;
  limit: number;
  /** Where the page before ended. */
  after?: string | undefined;
};
type Criteria = Omit<OrderSearch, 'limit' | 'after'>;
type FindStore = Pick<OrderStore, 'read'> & SearchStore;

/** A page of orders, newest first. `last` is the position of the next page. */
export async function findPage(
  store: FindStore,
  { limit, after, ...query }: OrderSearch,
  access: ChannelAccess,
  now: number,
): Promise<{ orders: OrderItem[]; last?: string }> {
  const { from = '', before } = query.range ?? {};
  const isKeyWanted = (key: string) => {
    const { channel } = placedKeyParts(key);
    const isInRange = key >= from && (before === undefined || key < before);
    return isInRange && isVisible(channel, access) && (query.channel === undefined || channel === query.channel);
  };
  const read = async (keys: string[]) => {
    const orders = await store.read(keys.map((key) => placedKeyParts(key).orderId));
    const matching = orders.filter((order) => isMatch(asOf(order, now), query, store.dayOf));
    return new Map(matching.map((order) => [placedKeyOf(order), order]));
  };
  const { source, isComplete } = keySource(store, query, access);
  const isFiltered = !isComplete || access.onlyChannel !== undefined;
  const { entries, last } = await collectPage(source, read, { limit, after, isFiltered, isKeyWanted });
  return { orders: entries, ...(last !== undefined && { last }) };
}

const placedKeyParts = (placedKey: string) => {
  const { orderId = '', channel = '' } = placedKeyPattern.exec(placedKey)?.groups ?? {};
  return { orderId, channel };
};

/** Also checks what the index selected: it is eventually consistent, and may list an order under an earlier status. */
function isMatch(
  order: OrderItem,
  { status, day, warehouse, email, customerId, externalOrderId }: Criteria,
  dayOf: SearchStore['dayOf'],
) {
  return (
    (status === undefined || status.includes(order.status)) &&
    (warehouse === undefined || order.lines.some((line) => line.warehouse === warehouse)) &&
    (email === undefined || (order.customer.email !== undefined && normalEmail(order.customer.email) === email)) &&
    (customerId === undefined || order.customer.id === customerId) &&
    (externalOrderId === undefined || order.externalOrderId === externalOrderId) &&
    (day === undefined || dayOf(Date.parse(order.placedAt)) === day)
  );
}

/** The index with the fewest keys that the criteria select. `isComplete`: no other filter than the index is left. */
function keySource(
  store: FindStore,
  criteria: Criteria,
  access: ChannelAccess,
): { source: KeySource; isComplete: boolean } {
  const { externalOrderId, email, customerId, status, day, range = {}, ...others } = criteria;
  const selecting = [externalOrderId, email, customerId, status, day, ...Object.values(others)];
  const isComplete = selecting.filter((value) => value !== undefined).length <= 1;
  const merged = (index: OrderIndex, values: readonly string[]) =>
    newestOf(
      values.flatMap(index.keysOf),
      (key, before, count) => store.placedKeys(index, key, before, count),
      range.from,
      range.before,
    );
  const source = () => {
    if (externalOrderId !== undefined) return identifiedKeys(store, externalOrderId, access);
    if (email !== undefined) return merged(emailIndex, [email]);
    if (customerId !== undefined) return merged(customerIndex, [customerId]);
    if (day !== undefined) return merged(dayIndex, [day]);
    if (status !== undefined) return merged(statusIndex, status);
    return newestOfAllDays(store, range);
  };
  return { source: source(), isComplete };
}

/** An external id needs no index: the order id derives from it and the channel. */
const identifiedKeys =
  (store: FindStore, externalOrderId: string, { onlyChannel, channels }: ChannelAccess): KeySource =>
  async (after, count) => {
    const searched = onlyChannel === undefined ? channels : [onlyChannel];
    const orders = await store.read(searched.map((channel) => orderIdOf(channel, externalOrderId)));
    const keys = newestFirst(orders.map(placedKeyOf).filter((key) => after === undefined || key < after));
    return { keys: keys.slice(0, count), next: keys.length > count ? keys[count - 1] : undefined };
  };
