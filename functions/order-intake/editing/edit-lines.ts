import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { OrderEdit } from '../../../shared/contracts/orders/edit-routes.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { allocate as shares } from '../../../shared/money.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import { type Take, takesOf } from '../../../shared/stock/take.ts';
import { allocate, demandOf, partsOf } from '../placement/allocation.ts';
import { notOfTheOrder, type Outcome } from '../order/change.ts';
import type { PlacedOrder } from '../placement/decide.ts';
import { type LineUnits, openUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';
import { priceOrder, splitLine } from '../placement/pricing.ts';
import { amountTooLarge, type Invalid, invalid, sellable } from '../placement/sellable.ts';

const maxLines = 1000;
/** Beside the order, the event of the edit, and one of a hold. */
const maxSkus = maxActionsPerTransaction - 3;

/** What the store offers now, of the SKUs in question; `pricesItself`: the order's channel names its own prices. */
export type Offer = {
  skus: ReadonlyMap<string, SkuRecord>;
  stock: ReadonlyMap<string, StockItem>;
  pricesItself: boolean;
};

/** The lines after the edit, and what it takes from the stock and, below zero, gives back. */
export function editLines(
  order: OrderItem,
  { lines: wanted = [], addLines = [] }: OrderEdit,
  { skus, stock, pricesItself }: Offer,
  policy: SellingPolicy,
): { lines: OrderItem['lines']; lineCount: number; takes: Take[] } | { refusal: Outcome } {
  const outline = resized(order, wanted);
  if ('refusal' in outline) return outline;
  const { currency, taxIncluded } = order;
  // More units of a line keep its price, new lines get today's.
  const grown = outline.growing.map(({ line: { sku, unitPriceMinor }, units: quantity, pointer }) => ({
    sku,
    unitPriceMinor,
    quantity,
    pointer,
  }));
  const added = addLines.map((line, index) => ({ ...line, pointer: `/addLines/${index}` }));
  const kept = sellable(grown, { currency, pricesItself: true }, skus);
  if ('refusal' in kept) return kept;
  const fresh = sellable(added, { currency, pricesItself }, skus);
  if ('refusal' in fresh) return fresh;
  const priced = priceOrder([...kept.lines, ...fresh.lines], 0, { ...policy, taxIncluded });
  if (!priced) return { refusal: amountTooLarge };

  // From where the order comes from already, if it is there: first from where the lines do that grow.
  const served = [...outline.growing.map(({ line }) => line), ...order.lines].map(({ warehouse }) => warehouse);
  const preference = [...new Set([...served, ...policy.warehousePreference])];
  const allocation = allocate(demandOf(priced.lines), withFreed(stock, outline.freed), preference);
  if ('shortages' in allocation) return { refusal: outOfStock(allocation.shortages) };
  const parts = partsOf(priced.lines, allocation.takes);
  const sold = priced.lines.map((line, index) => splitLine(line, parts[index] ?? [], taxIncluded, 1));
  const { lines, lineCount } = extended(order, outline, sold);
  const takes = exchanged(sold.flat(), outline.freed);
  const refusal = refusalOf(order, lines, takes);
  return refusal ? { refusal } : { lines, lineCount, takes };
}

const outOfStock = (lines: { sku: string }[]): Outcome => ({
  kind: 'conflict',
  type: 'out-of-stock',
  detail: `There is not enough stock of ${lines.length} SKU(s).`,
  extension: { lines },
});

/** Whether what is left can be an order, and its edit one transaction. */
function refusalOf(order: OrderItem, lines: OrderItem['lines'], takes: readonly Take[]): Invalid | undefined {
  if (lines.every((line) => openUnits(line) === 0)) {
    return invalid('nothing-left', '/lines', 'An edit leaves units to deliver; to have none, cancel the order.');
  }
  if (lines.length > Math.max(maxLines, order.lines.length)) {
    return invalid('too-many-lines', '/addLines', `An order has at most ${maxLines} lines.`);
  }
  if (takes.length > maxSkus) {
    return invalid('edit-too-large', '/lines', `An edit changes at most ${maxSkus} SKUs; make several edits of it.`);
  }
  return undefined;
}

/** The stock as if what the edit frees were back. */
function withFreed(stock: Offer['stock'], freed: readonly LineUnits[]): Offer['stock'] {
  const bySku = Map.groupBy(freed, ({ sku }) => sku);
  return new Map(
    [...stock].map(([sku, item]) => {
      const warehouses = { ...item.warehouses };
      for (const { warehouse, quantity } of bySku.get(sku) ?? []) {
        const counters = warehouses[warehouse];
        if (counters) warehouses[warehouse] = { ...counters, available: counters.available + quantity };
      }
      return [sku, { ...item, warehouses }];
    }),
  );
}

/** What is taken less what is freed: a SKU, and a warehouse, may have both. */
const exchanged = (sold: readonly Omit<LineUnits, 'lineId'>[], freed: readonly LineUnits[]): Take[] =>
  takesOf([...sold, ...freed.map((units) => ({ ...units, quantity: -units.quantity }))])
    .map(({ sku, from }) => ({ sku, from: from.filter(({ units }) => units !== 0) }))
    .filter(({ from }) => from.length > 0);

type Line = OrderItem['lines'][number];
type PlacedLine = PlacedOrder['lines'][number];
/** A line that is to have so many more units; `pointer` tells where that is asked for. */
type Growth = { line: Line; units: number; pointer: string };
type Resized = { lines: Line[]; growing: Growth[]; freed: LineUnits[] };

/** The lines with fewer units where fewer are wanted, what that frees, and the lines that are to grow, as they were. */
function resized(order: OrderItem, wanted: NonNullable<OrderEdit['lines']>): Resized | { refusal: Outcome } {
  const byId = new Map(order.lines.map((line) => [line.lineId, line]));
  const unknown = wanted.flatMap(({ lineId }, index) =>
    byId.has(lineId) ? [] : [{ pointer: `/lines/${index}/lineId`, detail: `The order has no line ${lineId}` }],
  );
  if (unknown.length > 0) return { refusal: notOfTheOrder(unknown) };
  const cancelled = wanted.filter(({ lineId }) => byId.get(lineId)?.cancelledQuantity);
  if (cancelled.length > 0) return { refusal: lineCancelled(cancelled.map(({ lineId }) => lineId)) };

  const growing = wanted.flatMap(({ lineId, quantity }, index) => {
    const line = byId.get(lineId);
    return line && quantity > line.quantity
      ? [{ line, units: quantity - line.quantity, pointer: `/lines/${index}` }]
      : [];
  });
  const quantities = new Map(wanted.map(({ lineId, quantity }) => [lineId, quantity]));
  const freed: LineUnits[] = [];
  const lines = order.lines.flatMap((line) => {
    const { lineId, sku, warehouse } = line;
    const quantity = quantities.get(lineId) ?? line.quantity;
    if (quantity >= line.quantity) return [line];
    freed.push({ lineId, sku, warehouse, quantity: line.quantity - quantity });
    return quantity === 0 ? [] : [shrunk(line, quantity, order.taxIncluded)];
  });
  return { lines, growing, freed };
}

/** Its worth is shared over units that were cancelled already: another quantity would share it anew. */
const lineCancelled = (lines: string[]): Outcome => ({
  kind: 'conflict',
  type: 'line-cancelled',
  detail: 'Units of these lines were cancelled. Cancel more of them, or add lines instead.',
  extension: { lines },
});

/** The line with fewer units, which keep their shares of discount and tax. */
function shrunk(line: Line, quantity: number, taxIncluded: boolean): Line {
  const shareOf = (amountMinor: number) => shares(amountMinor, [quantity, line.quantity - quantity])[0] ?? 0;
  const [discountMinor, taxMinor] = [shareOf(line.discountMinor), shareOf(line.taxMinor)];
  const totalMinor = quantity * line.unitPriceMinor - discountMinor + (taxIncluded ? 0 : taxMinor);
  return { ...line, quantity, discountMinor, taxMinor, totalMinor };
}

/**
 * The lines with what is sold in addition: first, each by warehouse, the units that lines grow by, then those of new
 * lines. What comes from a growing line's own warehouse joins it; all else is a line of its own, with an id that no line
 * of the order ever had.
 */
function extended(
  { lines: before, lineCount = before.length }: Pick<OrderItem, 'lines' | 'lineCount'>,
  { lines, growing }: Resized,
  sold: readonly (readonly PlacedLine[])[],
): { lines: Line[]; lineCount: number } {
  const joins = (piece: PlacedLine, index: number) => piece.warehouse === growing[index]?.line.warehouse;
  const joining = new Map(
    growing.map(({ line }, index) => [line.lineId, sold[index]?.find((piece) => joins(piece, index))]),
  );
  const fresh = sold.flatMap((pieces, index) => pieces.filter((piece) => !joins(piece, index)));
  return {
    lines: [
      ...lines.map((line) => joined(line, joining.get(line.lineId))),
      ...fresh.map((piece, index) => ({ ...piece, lineId: `line-${lineCount + index + 1}` })),
    ],
    lineCount: lineCount + fresh.length,
  };
}

const joined = (line: Line, piece: PlacedLine | undefined): Line =>
  piece
    ? {
        ...line,
        quantity: line.quantity + piece.quantity,
        discountMinor: line.discountMinor + piece.discountMinor,
        taxMinor: line.taxMinor + piece.taxMinor,
        totalMinor: line.totalMinor + piece.totalMinor,
      }
    : line;
