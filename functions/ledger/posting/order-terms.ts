import { allocate } from '../../../shared/money.ts';
import { editedLine } from './line-amounts.ts';
import { type FactOf, isOf, type Line, type OrderFact, placementOf, type Rate } from './order-facts.ts';

/** The order after its edits and cancellations. Amounts of a line are of its units that are not cancelled. */
export type OrderTerms = {
  currency: string;
  rates: Rate[];
  lines: (Line & { shipped: number })[];
  /** Without its tax. */
  shipping: number;
  shippingTax: number;
  charges: number;
  hasShipped: boolean;
};

type Change = FactOf<'edited'> | FactOf<'cancelled'> | FactOf<'expired'>;
type WholeLine = Line & { cancelled: number };

/** Changes apply in the order of the order's versions, in whatever order their events arrive. */
export function termsOf(facts: readonly OrderFact[]): OrderTerms | undefined {
  const placed = placementOf(facts);
  if (!placed) return undefined;
  const changes = facts
    .filter((each): each is Change => ['edited', 'cancelled', 'expired'].includes(each.kind))
    .toSorted((a, b) => a.version - b.version || (a.id < b.id ? -1 : 1));
  const lines = new Map<string, WholeLine>(placed.lines.map((line) => [line.lineId, { ...line, cancelled: 0 }]));
  for (const change of changes) applyChange(lines, change, placed);
  const shipments = facts.filter(isOf('shipped'));
  const shippedUnits = unitsByLine(shipments.flatMap(({ units }) => units));
  // An order that ships nothing owes no shipping and no charges.
  const isWhole = shipments.length === 0 && [...lines.values()].every((line) => line.cancelled === line.quantity);
  const { shipping, taxMinor } = changes.findLast(isOf('edited')) ?? placed;
  const shippingTax = taxMinor - sum([...lines.values()].map(({ tax }) => tax));
  return {
    currency: placed.currency,
    rates: placed.rates,
    lines: [...lines.values()].map((line) => withShipped(remaining(line), shippedUnits)),
    shipping: isWhole ? 0 : shipping - (placed.taxIncluded ? shippingTax : 0),
    shippingTax: isWhole ? 0 : shippingTax,
    charges: isWhole ? 0 : sum(placed.charges.map(({ amount }) => amount)),
    hasShipped: shipments.length > 0,
  };
}

const withShipped = (line: Line, shipped: ReadonlyMap<string, number>) => ({
  ...line,
  shipped: Math.min(line.quantity, shipped.get(line.lineId) ?? 0),
});

function applyChange(lines: Map<string, WholeLine>, change: Change, placed: FactOf<'placed'>): void {
  if (change.kind === 'expired') {
    for (const [lineId, line] of lines) lines.set(lineId, { ...line, cancelled: line.quantity });
    return;
  }
  if (change.kind === 'cancelled') {
    for (const [lineId, units] of change.units) {
      const line = lines.get(lineId);
      if (line) lines.set(lineId, { ...line, cancelled: Math.min(line.quantity, line.cancelled + units) });
    }
    return;
  }
  for (const { before, after } of change.lines) {
    if (after) {
      const line = editedLine(after, [...lines.values()], placed.rates, placed.taxIncluded);
      lines.set(after.lineId, { ...line, cancelled: 0 });
    }
    if (before !== undefined && before !== after?.lineId) lines.delete(before);
  }
}

/** The units that are not cancelled, rounded as the cancellation rounded them. */
function remaining({ cancelled, ...line }: WholeLine): Line {
  const left = line.quantity - cancelled;
  if (cancelled === 0) return line;
  const of = (whole: number) => whole - shareOf(whole, cancelled, line.quantity);
  const net = of(line.list - line.discount);
  const discount = of(line.discount);
  return { ...line, quantity: left, list: net + discount, discount, tax: of(line.tax) };
}

/** The part of a whole amount that belongs to `part` of `whole` units, by largest remainder. */
export const shareOf = (amount: number, part: number, whole: number): number =>
  part >= whole
    ? amount
    : part <= 0
      ? 0
      : Math.sign(amount) * (allocate(Math.abs(amount), [part, whole - part])[0] ?? 0);

export const unitsByLine = (units: readonly (readonly [string, number])[]): Map<string, number> => {
  const byLine = new Map<string, number>();
  for (const [lineId, quantity] of units) byLine.set(lineId, (byLine.get(lineId) ?? 0) + quantity);
  return byLine;
};

export const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
