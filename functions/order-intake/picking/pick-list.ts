import { addressFields, type StoredAddress } from '../../../shared/address.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { PickList, PickOrder } from '../../../shared/contracts/orders/pick-list-routes.ts';
import { type Cell, csvFile } from '../../../shared/csv/write.ts';
import { openUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';

type Names = ReadonlyMap<string, { name: string }>;
type Filter = { warehouse: string; shippingMethod?: string | undefined };

/** Lines with units that the warehouse still has to pick. Those of an order on hold are blocked. */
const openLines = (order: OrderItem, warehouse: string) => {
  const isBlocked = (order.holdReasons ?? []).length > 0;
  const hasOpenUnits = (line: OrderItem['lines'][number]) => line.warehouse === warehouse && openUnits(line) > 0;
  return isBlocked ? [] : order.lines.filter(hasOpenUnits);
};

/** Whether the warehouse has to pick units of the order. An imported order has none: another system ships it. */
export const isToPick = (order: OrderItem, { warehouse, shippingMethod }: Filter): boolean =>
  (order.status === 'allocated' || order.status === 'partly-shipped') &&
  !order.imported &&
  (shippingMethod === undefined || order.shippingMethod === shippingMethod) &&
  openLines(order, warehouse).length > 0;

/** The page of these orders, with totals by SKU. */
export function pickListOf(warehouse: string, orders: readonly OrderItem[], names: Names): PickList {
  const picks = orders.map((order) => pickOf(order, warehouse, names));
  const bySku = Map.groupBy(
    picks.flatMap(({ lines }) => lines),
    ({ sku }) => sku,
  );
  const totals = [...bySku].map(([sku, lines]) => ({
    sku,
    name: names.get(sku)?.name,
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
  return { warehouse, orders: picks, totals: totals.toSorted((a, b) => (a.sku < b.sku ? -1 : 1)) };
}

const pickOf = (order: OrderItem, warehouse: string, names: Names): PickOrder => ({
  orderId: order.orderId,
  externalOrderId: order.externalOrderId,
  channel: order.channel,
  status: order.status === 'allocated' ? 'allocated' : 'partly-shipped',
  placedAt: order.placedAt,
  shippingMethod: order.shippingMethod,
  customer: order.customer,
  shippingAddress: order.shippingAddress,
  note: order.note,
  lines: openLines(order, warehouse).map((line) => ({
    lineId: line.lineId,
    sku: line.sku,
    name: names.get(line.sku)?.name,
    quantity: openUnits(line),
  })),
});

type Column = (order: PickOrder, line: PickOrder['lines'][number]) => Cell;
const partOf = (address: StoredAddress, part: string) => ownValue<string | undefined>(address, part);
const columns: readonly (readonly [string, Column])[] = [
  ['orderId', (order) => order.orderId],
  ['externalOrderId', (order) => order.externalOrderId],
  ['channel', (order) => order.channel],
  ['placedAt', (order) => order.placedAt],
  ['shippingMethod', (order) => order.shippingMethod],
  ['lineId', (_order, line) => line.lineId],
  ['sku', (_order, line) => line.sku],
  ['skuName', (_order, line) => line.name],
  ['quantity', (_order, line) => line.quantity],
  ['customerName', ({ customer }) => customer.name],
  ['customerPhone', ({ customer }) => customer.phone],
  ['customerEmail', ({ customer }) => customer.email],
  ...Object.keys(addressFields).map((part): readonly [string, Column] => [
    part,
    ({ shippingAddress }) => partOf(shippingAddress, part),
  ]),
  ['note', (order) => order.note],
];

/** The page as CSV: a row per line. */
export const pickListCsv = ({ orders }: PickList): string => {
  const rows = orders.flatMap((order) => order.lines.map((line) => columns.map(([, cell]) => cell(order, line))));
  return csvFile(
    columns.map(([name]) => name),
    rows,
  );
};
