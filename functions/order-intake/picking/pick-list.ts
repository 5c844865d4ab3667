import { addressFields, type StoredAddress } from '../../../shared/address.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { PickList, PickOrder } from '../../../shared/contracts/orders/pick-list-routes.ts';
import { type Cell, csvFile } from '../../../shared/csv/write.ts';
import { blockedUnits, type RefundedUnits } from '../../../shared/refunds/refunded-units.ts';
import { type Lot, suggestLots } from '../../../shared/stock/lot.ts';
import { shippableUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';

type Names = ReadonlyMap<string, { name: string }>;
type Filter = { warehouse: string; shippingMethod?: string | undefined };

/** An order and the units that its refunds pay back, as in the refund ledger. */
export type Pickable = { order: OrderItem; refunded?: readonly RefundedUnits[] | undefined };

type OpenLine = { line: OrderItem['lines'][number]; quantity: number };
/** An order and its lines that a warehouse has to pick. */
export type OrderToPick = { order: OrderItem; lines: readonly OpenLine[] };

/** Lines with units that the warehouse still has to pick. Those of an order on hold are blocked, as refunded units are. */
const openLines = ({ order, refunded = [] }: Pickable, warehouse: string): OpenLine[] => {
  if ((order.holdReasons ?? []).length > 0) return [];
  const blocked = blockedUnits(refunded, order.cancellations);
  return order.lines
    .filter((line) => line.warehouse === warehouse)
    .map((line) => ({ line, quantity: shippableUnits(line, blocked) }))
    .filter(({ quantity }) => quantity > 0);
};

/** What the warehouse has to pick of the order, if anything. Another system ships an imported order. */
export function toPick({ order, refunded }: Pickable, { warehouse, shippingMethod }: Filter): OrderToPick | undefined {
  const isPickable =
    (order.status === 'allocated' || order.status === 'partly-shipped') &&
    !order.imported &&
    (shippingMethod === undefined || order.shippingMethod === shippingMethod);
  const lines = isPickable ? openLines({ order, refunded }, warehouse) : [];
  return lines.length > 0 ? { order, lines } : undefined;
}

/**
 * The page of these orders, with totals by SKU. The units of a SKU are picked from its lots, those of the first order from
 * the lots that expire first. `cutoff` is the day before which lots are not sold.
 */
export function pickListOf(
  warehouse: string,
  orders: readonly OrderToPick[],
  { names, lots, cutoff }: { names: Names; lots: ReadonlyMap<string, readonly Lot[]>; cutoff: string },
): PickList {
  const left = new Map(lots);
  const pickLots = (sku: string, units: number) => {
    const all = left.get(sku) ?? [];
    const { suggestion } = suggestLots(all, units, cutoff);
    const picked = new Map(suggestion.map((part) => [part.lot, part.units]));
    left.set(
      sku,
      all.map((lot) => ({ ...lot, units: lot.units - (picked.get(lot.lot) ?? 0) })),
    );
    return suggestion.map(({ lot, units: quantity }) => ({
      lot,
      expiresOn: all.find((each) => each.lot === lot)?.expiresOn,
      quantity,
    }));
  };
  const picks = orders.map((order) => pickOf(order, names, pickLots));
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

type PickLots = (sku: string, units: number) => PickOrder['lines'][number]['lots'];

const pickOf = ({ order, lines }: OrderToPick, names: Names, pickLots: PickLots): PickOrder => ({
  orderId: order.orderId,
  externalOrderId: order.externalOrderId,
  channel: order.channel,
  status: order.status === 'allocated' ? 'allocated' : 'partly-shipped',
  placedAt: order.placedAt,
  shippingMethod: order.shippingMethod,
  customer: order.customer,
  shippingAddress: order.shippingAddress,
  note: order.note,
  lines: lines.map(({ line: { lineId, sku }, quantity }) => ({
    lineId,
    sku,
    name: names.get(sku)?.name,
    quantity,
    lots: pickLots(sku, quantity),
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
  ['lots', (_order, line) => line.lots.map(({ lot, quantity }) => `${lot}: ${quantity}`).join('; ')],
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
