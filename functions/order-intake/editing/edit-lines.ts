import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { OrderEdit } from '../../../shared/contracts/orders/edit-routes.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { allocate as prorate } from '../../../shared/money.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import { type Reservation, reservationsOf } from '../../../shared/stock/reservation.ts';
import { chooseWarehouses, demandOf, assignWarehouses } from '../../../shared/stock/allocation.ts';
import { unknownLines, type Outcome } from '../order/change.ts';
import { type LineUnits, openUnits } from '../order/line-units.ts';
import type { OrderItem, PlacedOrder } from '../order/order-item.ts';
import { priceFor } from '../../../shared/pricing/price-for.ts';
import type { SentPrice } from '../../../shared/pricing/ceilings.ts';
import { grossOf, noShipping, type SellableLine, splitLine, taxAt } from '../../../shared/pricing/price-order.ts';
import type { PricingSnapshots } from '../../../shared/pricing/pricing-snapshots.ts';
import { type Invalid, invalid, sellable } from '../../../shared/pricing/sellable.ts';
import type { TaxZone } from '../../../shared/tax/tax-zones.ts';
import type { Taxation } from '../../../shared/tax/taxation.ts';

const maxLines = 1000;
/** The transaction also writes the order, `OrderEdited` and possibly `OrderHeld`, and releases units of promotions. */
const maxSkus = ({ promotionClaims = [] }: OrderItem) =>
  maxActionsPerTransaction - 3 - promotionClaims.reduce((sum, { counters }) => sum + Object.keys(counters).length, 0);

/**
 * Catalogue and stock of the edit's SKUs at `now` (milliseconds); `pricesItself`: the order's channel sets its own prices.
 * `taxIncluded`: whether its prices contain tax, if its settings say so. `frozenZones`: the zones by which the order was taxed. @default those of the deployment
 */
export type Offer = {
  skus: ReadonlyMap<string, SkuRecord>;
  stock: ReadonlyMap<string, StockItem>;
  pricesItself: boolean;
  taxIncluded?: boolean | undefined;
  now: number;
  frozenZones?: readonly TaxZone[] | undefined;
} & Partial<PricingSnapshots>;

/** The lines after the edit, the prices of added units, and the change of reservations; negative units are released. */
type EditedLines = {
  lines: OrderItem['lines'];
  lineCount: number;
  prices: SentPrice[];
  reservations: Reservation[];
};

/** Changes the quantities of lines and adds lines. */
export function editLines(
  order: OrderItem,
  { lines: requested = [], addLines = [] }: OrderEdit,
  { skus, stock, pricesItself, now, priceLists = [], settings }: Offer,
  taxation: Taxation,
  policy: SellingPolicy,
): EditedLines | { refusal: Outcome } {
  const resize = resized(order, requested);
  if ('refusal' in resize) return resize;
  const { currency, taxIncluded } = order;
  // Added units of a line have the line's price; new lines have the current price.
  const increasedLines = resize.growing.map(({ line: { sku, unitPriceMinor }, units: quantity, pointer }) => ({
    sku,
    unitPriceMinor,
    quantity,
    pointer,
  }));
  const addedLines = addLines.map((line, index) => ({ ...line, pointer: `/addLines/${index}` }));
  const context = { currency, channel: order.channel, customerGroup: order.customer.group, at: now, taxation };
  const assortment = { skus, priceLists };
  const increases = sellable(increasedLines, { ...context, pricesItself: true }, assortment);
  if ('refusal' in increases) return increases;
  const additions = sellable(addedLines, { ...context, pricesItself }, assortment);
  if ('refusal' in additions) return additions;
  const taxed = increases.lines.map((line, index) => ({
    pointer: increasedLines[index]?.pointer ?? '',
    taxMinor: pricesItself ? taxLike(resize.growing[index]?.line, line, taxation) : undefined,
  }));
  const priced = priceFor(
    { pricesItself },
    {
      lines: [...increases.lines, ...additions.lines],
      sentLines: [...taxed, ...addedLines],
      sent: {},
      shipping: noShipping,
    },
    taxation,
  );
  if ('refusal' in priced) return priced;

  // Prefers warehouses that serve the order already, those of the growing lines first.
  const servingWarehouses = [...resize.growing.map(({ line }) => line), ...order.lines].map(
    ({ warehouse }) => warehouse,
  );
  const { preference: preferred = policy.warehousePreference } = settings?.warehouses ?? {};
  const preference = [...new Set([...servingWarehouses, ...preferred])];
  const allocation = chooseWarehouses(demandOf(priced.lines), withReleased(stock, resize.released), preference);
  if ('shortages' in allocation) return { refusal: outOfStock(allocation.shortages) };
  const parts = assignWarehouses(priced.lines, allocation.reservations);
  const sold = priced.lines.map((line, index) => splitLine(line, parts[index] ?? [], taxIncluded, 1));
  const { lines, lineCount } = withSold(order, resize, sold);
  const reservations = netReservations(sold.flat(), resize.released);
  const refusal = refusalOf(order, lines, reservations);
  const pointers = [
    ...increasedLines.map(({ pointer }) => `${pointer}/quantity`),
    ...addedLines.map(({ pointer, unitPriceMinor }) =>
      unitPriceMinor === undefined ? pointer : `${pointer}/unitPriceMinor`,
    ),
  ];
  const prices = priced.lines.map(({ unitPriceMinor }, index) => ({ unitPriceMinor, pointer: pointers[index] ?? '' }));
  return refusal ? { refusal } : { lines, lineCount, prices, reservations };
}

/** The tax of added units: at the current rate, or at the line's own rate if its channel sent another tax. */
function taxLike(line: Line | undefined, added: SellableLine, taxation: Taxation): number {
  const calculatedMinor = taxAt(grossOf(added), added, taxation);
  if (!line) return calculatedMinor;
  const netMinor = grossOf(line) - line.discountMinor;
  if (netMinor === 0 || line.taxMinor === taxAt(netMinor, added, taxation)) return calculatedMinor;
  return Number((BigInt(line.taxMinor) * BigInt(grossOf(added))) / BigInt(netMinor));
}

const outOfStock = (lines: { sku: string }[]): Outcome => ({
  kind: 'conflict',
  type: 'out-of-stock',
  detail: `There is not enough stock of ${lines.length} SKU(s).`,
  extension: { lines },
});

/** Checks that open units remain, and that the edit fits one transaction. */
function refusalOf(
  order: OrderItem,
  lines: OrderItem['lines'],
  reservations: readonly Reservation[],
): Invalid | undefined {
  if (lines.every((line) => openUnits(line) === 0)) {
    return invalid('nothing-left', '/lines', 'An edit must leave open units. To remove all of them, cancel the order.');
  }
  if (lines.length > Math.max(maxLines, order.lines.length)) {
    return invalid('too-many-lines', '/addLines', `An order has at most ${maxLines} lines.`);
  }
  if (reservations.length > maxSkus(order)) {
    return invalid('edit-too-large', '/lines', `An edit changes at most ${maxSkus(order)} SKUs. Send several edits.`);
  }
  return undefined;
}

/** The stock as if the units that the edit releases were available. */
function withReleased(stock: Offer['stock'], released: readonly LineUnits[]): Offer['stock'] {
  const bySku = Map.groupBy(released, ({ sku }) => sku);
  return new Map(
    [...stock].map(([sku, item]) => {
      const warehouses = new Map(Object.entries(item.warehouses));
      for (const { warehouse, quantity } of bySku.get(sku) ?? []) {
        const counters = warehouses.get(warehouse);
        if (counters) warehouses.set(warehouse, { ...counters, available: counters.available + quantity });
      }
      return [sku, { ...item, warehouses: Object.fromEntries(warehouses) }];
    }),
  );
}

/** Reserved less released units per SKU and warehouse. */
const netReservations = (sold: readonly Omit<LineUnits, 'lineId'>[], released: readonly LineUnits[]): Reservation[] =>
  reservationsOf([...sold, ...released.map((units) => ({ ...units, quantity: -units.quantity }))])
    .map(({ sku, from }) => ({ sku, from: from.filter(({ units }) => units !== 0) }))
    .filter(({ from }) => from.length > 0);

type Line = OrderItem['lines'][number];
type PlacedLine = PlacedOrder['lines'][number];
/** Units to add to a line; `pointer` is the JSON pointer into the request. */
type Growth = { line: Line; units: number; pointer: string };
type Resized = { lines: Line[]; growing: Growth[]; released: LineUnits[] };

/** Lines with reduced quantities, the units that this releases, and the lines to increase, not increased yet. */
function resized(order: OrderItem, requested: NonNullable<OrderEdit['lines']>): Resized | { refusal: Outcome } {
  const byId = new Map(order.lines.map((line) => [line.lineId, line]));
  const unknown = requested.flatMap(({ lineId }, index) =>
    byId.has(lineId) ? [] : [{ pointer: `/lines/${index}/lineId`, detail: `The order has no line ${lineId}` }],
  );
  if (unknown.length > 0) return { refusal: unknownLines(unknown) };
  const cancelled = requested.filter(({ lineId }) => byId.get(lineId)?.cancelledQuantity);
  if (cancelled.length > 0) return { refusal: lineCancelled(cancelled.map(({ lineId }) => lineId)) };
  const moreGifts = requested.flatMap(({ lineId, quantity }, index) => {
    const { gift, quantity: before = 0 } = byId.get(lineId) ?? {};
    return gift !== undefined && quantity > before ? [giftIncreased(`/lines/${index}/quantity`, lineId)] : [];
  });
  if (moreGifts.length > 0) return { refusal: giftsIncreased(moreGifts) };

  const growing = requested.flatMap(({ lineId, quantity }, index) => {
    const line = byId.get(lineId);
    return line && quantity > line.quantity
      ? [{ line, units: quantity - line.quantity, pointer: `/lines/${index}` }]
      : [];
  });
  const quantities = new Map(requested.map(({ lineId, quantity }) => [lineId, quantity]));
  const released: LineUnits[] = [];
  const lines = order.lines.flatMap((line) => {
    const { lineId, sku, warehouse } = line;
    const quantity = quantities.get(lineId) ?? line.quantity;
    if (quantity >= line.quantity) return [line];
    released.push({ lineId, sku, warehouse, quantity: line.quantity - quantity });
    return quantity === 0 ? [] : [shrunk(line, quantity, order.taxIncluded)];
  });
  return { lines, growing, released };
}

const giftIncreased = (pointer: string, lineId: string) => ({ pointer, detail: `${lineId} is a gift of a promotion` });
const giftsIncreased = (errors: FieldError[]): Invalid => ({
  kind: 'invalid',
  type: 'gift-line',
  detail: 'A gift cannot be increased. Add a line instead.',
  errors,
});

/** The line's total is prorated over cancelled units already; another quantity would change their share. */
const lineCancelled = (lines: string[]): Outcome => ({
  kind: 'conflict',
  type: 'line-cancelled',
  detail: 'Units of these lines were cancelled. Cancel more units, or add lines instead.',
  extension: { lines },
});

/** The line with fewer units and their prorated shares of discount and tax. */
function shrunk(line: Line, quantity: number, taxIncluded: boolean): Line {
  const shareOf = (amountMinor: number) => prorate(amountMinor, [quantity, line.quantity - quantity])[0] ?? 0;
  const [discountMinor, taxMinor] = [shareOf(line.discountMinor), shareOf(line.taxMinor)];
  const totalMinor = quantity * line.unitPriceMinor - discountMinor + (taxIncluded ? 0 : taxMinor);
  return { ...line, quantity, discountMinor, taxMinor, totalMinor };
}

/**
 * Adds the sold pieces to the lines: `sold` has the pieces of growing lines, then those of new lines. A piece from the
 * growing line's warehouse is merged into it; others become lines with new ids. Line ids are never reused.
 */
function withSold(
  { lines: before, lineCount = before.length }: Pick<OrderItem, 'lines' | 'lineCount'>,
  { lines, growing }: Resized,
  sold: readonly (readonly PlacedLine[])[],
): { lines: Line[]; lineCount: number } {
  const isMergeable = (piece: PlacedLine, index: number) => piece.warehouse === growing[index]?.line.warehouse;
  const merges = new Map(
    growing.map(({ line }, index) => [line.lineId, sold[index]?.find((piece) => isMergeable(piece, index))]),
  );
  const newPieces = sold.flatMap((pieces, index) => pieces.filter((piece) => !isMergeable(piece, index)));
  return {
    lines: [
      ...lines.map((line) => merged(line, merges.get(line.lineId))),
      // Only the lines of the placement say which of them are parts of one requested line.
      ...newPieces.map((piece, index) => ({ ...piece, partOf: undefined, lineId: `line-${lineCount + index + 1}` })),
    ],
    lineCount: lineCount + newPieces.length,
  };
}

const merged = (line: Line, piece: PlacedLine | undefined): Line =>
  piece
    ? {
        ...line,
        quantity: line.quantity + piece.quantity,
        discountMinor: line.discountMinor + piece.discountMinor,
        taxMinor: line.taxMinor + piece.taxMinor,
        totalMinor: line.totalMinor + piece.totalMinor,
      }
    : line;
