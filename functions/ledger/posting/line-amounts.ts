import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { roundHalfUp } from '../../../shared/money.ts';
import { rateName } from './accounts.ts';
import type { Line, Rate, SoldLine } from './order-facts.ts';

type Placed = DataOf<typeof OrderPlaced>;

const standard = 'standard';

/** The rates of an order. Without its taxes by rate: one for each tax category, in the country it is shipped to. */
export function ratesOf(order: Pick<Placed, 'taxes' | 'lines' | 'shippingAddress' | 'taxMinor'>): Rate[] {
  const { taxes, lines, shippingAddress, taxMinor } = order;
  if (taxes) {
    return taxes.map(({ jurisdiction, kind, rateId, percentage, taxMinor: tax }) => ({
      // The zone of the deployment's settings is everywhere, `*`: its tax is that of the country shipped to.
      rate: rateName(/[A-Za-z]/.test(jurisdiction) ? jurisdiction : shippingAddress.country, kind ?? rateId),
      percentage,
      kind: kind ?? rateId,
      tax,
    }));
  }
  const goodsTax = lines.reduce((sum, line) => sum + line.taxMinor, 0);
  const taxOf = (category: string) =>
    lines
      .filter((line) => (line.taxCategory ?? standard) === category)
      .reduce((sum, line) => sum + line.taxMinor, category === standard ? taxMinor - goodsTax : 0);
  const categories = new Set([...lines.map(({ taxCategory = standard }) => taxCategory), standard]);
  return [...categories].map((category) => ({
    rate: rateName(shippingAddress.country, category),
    kind: category,
    tax: taxOf(category),
  }));
}

/**
 * Lines with their amounts without tax. `categories`: the tax categories of each rate, by which a line has its rates. An
 * event before 2026-12-01 has the tax of a line, but not its rate: it is the only rate of the order,
 * that of the line's tax category, or the one that gives this tax. If the taxes by rate do not follow from that, as where
 * state and county tax one line, the lines have no rate of their own.
 */
export function linesOf(
  lines: readonly SoldLine[],
  rates: readonly Rate[],
  taxIncluded: boolean,
  categories?: readonly string[][],
): Line[] {
  if (categories) {
    return lines.map((line) => {
      const own = categories.flatMap((each, index) => (each.includes(line.taxCategory ?? standard) ? [index] : []));
      return withRates(line, own, rates, taxIncluded);
    });
  }
  const priced = lines.map((line) => ({ line, rate: rateOf(line, rates, taxIncluded) }));
  const isConsistent = rates.every(({ rate, tax }) => {
    const own = priced.filter((each) => each.rate?.rate === rate).reduce((sum, { line }) => sum + line.taxMinor, 0);
    return own <= tax;
  });
  return priced.map(({ line, rate }) => withoutTax(line, rate, taxIncluded, isConsistent));
}

/** A line whose rates are known. */
function withRates(line: SoldLine, taxedAt: readonly number[], rates: readonly Rate[], taxIncluded: boolean): Line {
  const own = taxedAt.flatMap((index) => rates[index] ?? []);
  const [first] = own;
  const percentage = String(own.reduce((sum, each) => sum + Number(each.percentage ?? 0), 0));
  const amounts = withoutTax(line, first && { ...first, percentage }, taxIncluded, own.length === 1);
  return own.length > 0 ? { ...amounts, taxedAt: [...taxedAt] } : amounts;
}

/** A line of an edit. It has the rate of the line before, or of another line of its SKU: an edit has no tax category. */
export function editedLine(line: SoldLine, known: readonly Line[], rates: readonly Rate[], taxIncluded: boolean): Line {
  const before = known.find(({ lineId }) => lineId === line.lineId) ?? known.find(({ sku }) => sku === line.sku);
  if (before?.taxedAt) return withRates(line, before.taxedAt, rates, taxIncluded);
  const rate = rates.find((each) => each.rate === before?.rate) ?? rateOf(line, rates, taxIncluded);
  return withoutTax(line, rate, taxIncluded, !before || before.rate !== undefined);
}

function withoutTax(line: SoldLine, rate: Rate | undefined, taxIncluded: boolean, hasRate: boolean): Line {
  const { lineId, sku, quantity, taxMinor: tax } = line;
  const gross = quantity * line.unitPriceMinor;
  const net = gross - line.discountMinor - (taxIncluded ? tax : 0);
  const list = taxIncluded ? gross - listTax(line, gross, rate) : gross;
  const discount = Math.max(0, list - net);
  return { lineId, sku, quantity, list: net + discount, discount, tax, ...(rate && hasRate && { rate: rate.rate }) };
}

function rateOf(line: SoldLine, rates: readonly Rate[], taxIncluded: boolean): Rate | undefined {
  if (rates.length === 1) return rates[0];
  const ofCategory = rates.filter(({ kind }) => kind === (line.taxCategory ?? standard));
  if (ofCategory.length === 1) return ofCategory[0];
  const amount = line.quantity * line.unitPriceMinor - line.discountMinor;
  return rates.find((rate) => Math.abs(includedTax(amount, rate, taxIncluded) - line.taxMinor) <= 1);
}

/** The tax that the price before discounts contains. */
function listTax(line: SoldLine, gross: number, rate: Rate | undefined): number {
  if (line.discountMinor === 0) return line.taxMinor;
  const paid = gross - line.discountMinor;
  if (rate?.percentage !== undefined) return includedTax(gross, rate, true);
  return paid > 0 ? roundHalfUp(BigInt(line.taxMinor) * BigInt(gross), BigInt(paid)) : 0;
}

/** Percentages have up to four decimals. */
const scale = 10_000;

function includedTax(amount: number, { percentage = '0' }: Rate, taxIncluded: boolean): number {
  const scaled = BigInt(Math.round(Number(percentage) * scale));
  const whole = BigInt(100 * scale);
  return roundHalfUp(BigInt(amount) * scaled, taxIncluded ? whole + scaled : whole);
}
