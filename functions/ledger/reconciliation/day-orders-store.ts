import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, type Key, readBatch } from '../../../shared/dynamodb/database.ts';
import { OutboxItem } from '../../../shared/dynamodb/outbox.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { shards } from '../../../shared/orders/order-keys.ts';
import { heldTotals, PromotionClaim } from '../../../shared/promotions/promotion-claim.ts';
import { dayTotals, type Figure } from './compare-sources.ts';

const Keys = z.object({ pk: z.string(), sk: z.string() });
const Amounts = {
  orderId: z.string(),
  currency: z.string(),
  totalMinor: z.int(),
  taxMinor: z.int(),
  discountMinor: z.int(),
};
/** The members of an order's item that count. A released claim is no longer there. */
const Order = z.looseObject({
  ...Amounts,
  status: z.string(),
  imported: z.boolean().optional(),
  promotionClaims: z.array(PromotionClaim).optional(),
});
const Detail = z.looseObject({
  data: z.looseObject({
    ...Amounts,
    discounts: z.array(z.looseObject({ promotionId: z.string().optional(), appliedMinor: z.int() })),
  }),
});
type Placed = z.infer<typeof Detail>['data'];
const readsAtOnce = 16;

export type DayOrders = { orders: Figure[]; claims: Figure[]; imported: Set<string> };

/** Orders of a day by their own items and events, and what they hold of budgets of promotions. */
export const createDayOrdersStore = (db: Database, TableName: string) => {
  /** The order as it was placed, of its first event. */
  const placed = async (pk: string): Promise<Placed | undefined> => {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
        ExpressionAttributeValues: { ':pk': pk, ':event': 'EVENT#' },
        Limit: 5,
      }),
    );
    const first = Items.map((item) => OutboxItem.parse(item)).find(({ detailType }) => detailType === 'OrderPlaced');
    return first && Detail.parse(JSON.parse(first.detail)).data;
  };

  return {
    async ofDay(day: string): Promise<DayOrders> {
      const found: DayOrders = { orders: [], claims: [], imported: new Set() };
      const addSome = async (keys: Key[]) => {
        const items = (await readBatch(db, { [TableName]: keys }, false)).get(TableName) ?? [];
        const orders = items.flatMap((item) => Order.safeParse(item).data ?? []);
        await inParallel(readsAtOnce, orders, async (order) => {
          if (order.imported) {
            found.imported.add(order.orderId);
            return;
          }
          const event = await placed(`ORDER#${order.orderId}`);
          found.orders.push(...salesOf(event ?? order));
          if (event) addClaims(found, order, event);
        });
      };
      for (const key of shards(`DAY#${day}`)) {
        const query = {
          TableName,
          IndexName: 'byDay',
          KeyConditionExpression: 'dayKey = :key',
          ExpressionAttributeValues: { ':key': key },
          Limit: 100,
        };
        for await (const items of queryPages(db, query)) {
          await addSome(items.map((item) => Keys.parse(item)).filter(({ sk }) => sk === 'ORDER'));
        }
      }
      found.orders.push(...dayTotals(found.orders));
      return found;
    },
  };
};
export type DayOrdersStore = ReturnType<typeof createDayOrdersStore>;

const salesOf = ({
  orderId: id,
  currency,
  totalMinor,
  taxMinor,
}: Pick<Placed, 'orderId' | 'currency' | 'totalMinor' | 'taxMinor'>) => [
  { measure: 'sales', id, currency, amountMinor: totalMinor },
  { measure: 'tax', id, currency, amountMinor: taxMinor },
];

/**
 * Budgets that the order holds against the discounts that it got. A cancelled or expired order holds nothing, and an edit
 * may give another discount.
 */
function addClaims(found: DayOrders, order: z.infer<typeof Order>, event: Placed): void {
  const { status, promotionClaims = [], discountMinor } = order;
  if (status === 'cancelled' || status === 'expired' || discountMinor !== event.discountMinor) return;
  const { orderId: id, currency, discounts } = event;
  for (const { promotionId, budgetMinor } of promotionClaims.flatMap(heldTotals)) {
    if (budgetMinor === undefined) continue;
    const own = discounts.filter((discount) => discount.promotionId === promotionId);
    const amountMinor = own.reduce((sum, { appliedMinor }) => sum + appliedMinor, 0);
    const measure = `promotion ${promotionId}`;
    found.claims.push({ measure, id, currency, amountMinor: budgetMinor });
    found.orders.push({ measure, id, currency, amountMinor });
  }
}
