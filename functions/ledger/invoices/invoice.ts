import assert from 'node:assert';
import * as z from 'zod';
import { allocate, roundHalfUp } from '../../../shared/money.ts';
import { exponentOf } from '../../../shared/reference-data/currencies.ts';

const Address = z.looseObject({
  name: z.string().optional(),
  line1: z.string().optional(),
  city: z.string().optional(),
  postalCode: z.string().optional(),
  country: z.string(),
});
const Tax = z.looseObject({
  rateId: z.string(),
  percentage: z.string(),
  kind: z.string().optional(),
  reason: z.string().optional(),
  taxCategories: z.array(z.string()).optional(),
  taxableMinor: z.int(),
  taxMinor: z.int(),
});
const Line = z.looseObject({
  lineId: z.string(),
  sku: z.string(),
  quantity: z.int().positive(),
  unitPriceMinor: z.int(),
  discountMinor: z.int(),
  taxMinor: z.int(),
  taxCategory: z.string().optional(),
});
/** What an invoice needs of an order, in its item. */
export const InvoicedOrder = z.looseObject({
  orderId: z.string(),
  externalOrderId: z.string(),
  status: z.string(),
  placedAt: z.string(),
  currency: z.string(),
  customer: z.looseObject({ name: z.string().optional() }),
  shippingAddress: Address,
  billingAddress: Address.optional(),
  lines: z.array(Line),
  taxes: z.array(Tax).optional(),
  discounts: z.array(
    z.looseObject({
      target: z.string().optional(),
      lines: z.array(z.looseObject({ lineId: z.string().optional(), amountMinor: z.int() })).optional(),
    }),
  ),
  charges: z.array(z.looseObject({ name: z.string(), amountMinor: z.int() })).optional(),
  taxIncluded: z.boolean(),
  totalMinor: z.int(),
});
export type InvoicedOrder = z.infer<typeof InvoicedOrder>;

/** Categories of UNTDID 5305: standard, zero, exempt, export, reverse charge. */
type Category = 'S' | 'Z' | 'E' | 'G' | 'AE';
export type Vat = { category: Category; percentage: string };
type Adjustment = { reason: string; amount: number; vat: Vat };
type InvoiceLine = {
  id: string;
  sku: string;
  quantity: number;
  /** Of all units, without tax and discounts. */
  list: number;
  /** Discount of the line itself. */
  allowance: number;
  /** BT-131. */
  net: number;
  vat: Vat;
};
/** Amounts in minor units; the BT numbers are those of EN 16931-1. */
export type Invoice = {
  number: string;
  /** Day of the order in UTC. */
  issueDate: string;
  currency: string;
  order: InvoicedOrder;
  lines: InvoiceLine[];
  allowances: Adjustment[];
  charges: Adjustment[];
  breakdown: { vat: Vat; base: number; tax: number; reason?: string | undefined }[];
  /** BT-106 to BT-112, and BT-115. */
  totals: Record<'lines' | 'allowances' | 'charges' | 'withoutTax' | 'tax' | 'withTax' | 'payable', number>;
  buyerVatNumber?: string | undefined;
};
type Refused = { refusal: string };

type Rate = z.infer<typeof Tax>;
const reliefs: Record<string, Category> = { export: 'G', 'reverse-charge': 'AE', exemption: 'E' };

function vatOf({ rateId, kind, percentage }: Rate): Vat {
  const relief = new Map(Object.entries(reliefs)).get(rateId);
  const category = relief ?? (Number(percentage) > 0 ? 'S' : kind === 'exempt' ? 'E' : 'Z');
  return { category, percentage: category === 'S' ? percentage : '0' };
}

/** The invoice of an order: its sums hold by construction, because each is made of the ones before. */
export function invoiceOf(order: InvoicedOrder): { invoice: Invoice } | Refused {
  const { taxes = [], currency, charges: fees = [] } = order;
  if (order.status === 'cancelled' || order.status === 'expired') return { refusal: `The order is ${order.status}.` };
  if (taxes.length === 0) return { refusal: 'The order has no tax by rate: its channel set the tax.' };
  // BR-DEC: amounts have two decimals at most.
  if (exponentOf(currency) > 2) return { refusal: `Amounts in ${currency} have more than two decimals.` };
  const rates = order.lines.map((line) => rateOf(line, taxes));
  const known = rates.flatMap((rate) => rate ?? []);
  if (known.length < rates.length) return { refusal: 'A line has not exactly one rate of value added tax.' };
  const priced = order.lines.map((line, index) => pricedLine(order, line, known[index] ?? taxes[0]));
  const lines = priced.map(({ line }) => line);
  const allowances = byVat(priced.map(({ line, ofOrder }) => ({ reason: 'Discount', amount: ofOrder, vat: line.vat })));
  const charges = byVat([
    ...taxes.map((rate) => {
      const own = priced.filter((_, index) => known[index] === rate);
      return { reason: 'Shipping', amount: rate.taxableMinor - sum(own.map(({ paid }) => paid)), vat: vatOf(rate) };
    }),
    ...fees.map(({ name, amountMinor }) => ({
      reason: name,
      amount: amountMinor,
      vat: { category: 'E' as const, percentage: '0' },
    })),
  ]);
  if (charges.some(({ amount }) => amount < 0)) return { refusal: 'The tax by rate is less than that of the lines.' };
  const breakdown = breakdownOf(lines, allowances, charges, taxes);
  const far = breakdown.find(({ vat, base, tax }) => isFar(tax, base, vat, currency));
  if (far)
    return {
      refusal: `The tax at ${far.vat.percentage} % was rounded per line, to another amount than that of the sum.`,
    };
  const totals = totalsOf(lines, allowances, charges, breakdown);
  assert(totals.payable === order.totalMinor, `The invoice of ${order.orderId} has another total than the order`);
  const buyerVatNumber = taxes.find(({ rateId }) => rateId === 'reverse-charge')?.reason;
  const issueDate = new Date(order.placedAt).toISOString().slice(0, 10);
  const number = order.externalOrderId;
  return {
    invoice: { number, issueDate, currency, order, lines, allowances, charges, breakdown, totals, buyerVatNumber },
  };
}

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

/** Sales tax of a state and a city is no value added tax: an invoice has one rate for a line. */
function rateOf(
  { taxCategory = 'standard' }: InvoicedOrder['lines'][number],
  taxes: readonly Rate[],
): Rate | undefined {
  if (taxes.length === 1) return taxes[0];
  const own = taxes.filter(({ taxCategories, kind }) => taxCategories?.includes(taxCategory) ?? kind === taxCategory);
  return own.length === 1 ? own[0] : undefined;
}

/** `paid`: without tax and all discounts; `ofOrder`: the part of a discount of the order. */
function pricedLine(order: InvoicedOrder, line: InvoicedOrder['lines'][number], rate: Rate | undefined) {
  const { lineId: id, sku, quantity, unitPriceMinor, discountMinor, taxMinor } = line;
  const gross = quantity * unitPriceMinor;
  const vat = rate ? vatOf(rate) : { category: 'Z' as const, percentage: '0' };
  const paid = gross - discountMinor - (order.taxIncluded ? taxMinor : 0);
  const listed = order.taxIncluded && discountMinor > 0 ? gross - taxWithin(gross, vat) : paid + discountMinor;
  const discount = order.taxIncluded && discountMinor === 0 ? 0 : Math.max(0, listed - paid);
  const shareOfOrder = sum(
    order.discounts
      .filter(({ target }) => target === 'order')
      .flatMap(({ lines = [] }) => lines)
      .map((each) => (each.lineId === id ? each.amountMinor : 0)),
  );
  const own = Math.max(0, discountMinor - shareOfOrder);
  const [ofOrder = 0, allowance = 0] = own + shareOfOrder > 0 ? allocate(discount, [shareOfOrder, own]) : [];
  const list = paid + discount;
  return { paid, ofOrder, line: { id, sku, quantity, list, allowance, net: list - allowance, vat } };
}

/** Percentages have four decimals at most. */
const scale = 10_000;
const scaled = ({ percentage }: Vat) => BigInt(Math.round(Number(percentage) * scale));
const whole = BigInt(100 * scale);
const taxWithin = (gross: number, vat: Vat) => roundHalfUp(BigInt(gross) * scaled(vat), whole + scaled(vat));

/** BR-CO-17 with the tolerance of its Schematron: less than one unit of the currency. */
function isFar(tax: number, base: number, vat: Vat, currency: string): boolean {
  return Math.abs(tax - roundHalfUp(BigInt(base) * scaled(vat), whole)) >= 10 ** exponentOf(currency);
}

const keyOf = ({ category, percentage }: Vat) => `${category} ${Number(percentage)}`;

/** One adjustment for each reason and rate, without those of 0. */
function byVat(adjustments: readonly Adjustment[]): Adjustment[] {
  const groups = Map.groupBy(adjustments, ({ reason, vat }) => `${keyOf(vat)} ${reason}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    const amount = sum(own.map((each) => each.amount));
    return first && amount !== 0 ? [{ ...first, amount }] : [];
  });
}

/** BG-23: one entry for each category and rate. */
function breakdownOf(
  lines: readonly InvoiceLine[],
  allowances: readonly Adjustment[],
  charges: readonly Adjustment[],
  taxes: readonly Rate[],
): Invoice['breakdown'] {
  const parts = [
    ...lines.map(({ vat, net }) => ({ vat, base: net })),
    ...allowances.map(({ vat, amount }) => ({ vat, base: -amount })),
    ...charges.map(({ vat, amount }) => ({ vat, base: amount })),
  ];
  return [...Map.groupBy(parts, ({ vat }) => keyOf(vat))].flatMap(([key, own]) => {
    const vat = own[0]?.vat;
    if (!vat) return [];
    const rates = taxes.filter((rate) => keyOf(vatOf(rate)) === key);
    const tax = sum(rates.map(({ taxMinor }) => taxMinor));
    return [{ vat, base: sum(own.map(({ base }) => base)), tax, ...reasonOf(vat, rates) }];
  });
}

function reasonOf({ category }: Vat, rates: readonly Rate[]): { reason?: string } {
  if (category === 'G') return { reason: 'Export outside the country of the seller' };
  if (category === 'AE') return { reason: 'Reverse charge' };
  if (category === 'E')
    return { reason: rates.find(({ reason }) => reason !== undefined)?.reason ?? 'Not subject to value added tax' };
  return {};
}

function totalsOf(
  invoiceLines: readonly InvoiceLine[],
  allAllowances: readonly Adjustment[],
  allCharges: readonly Adjustment[],
  breakdown: Invoice['breakdown'],
): Invoice['totals'] {
  const lines = sum(invoiceLines.map(({ net }) => net));
  const allowances = sum(allAllowances.map(({ amount }) => amount));
  const charges = sum(allCharges.map(({ amount }) => amount));
  const tax = sum(breakdown.map((each) => each.tax));
  const withoutTax = lines - allowances + charges;
  return { lines, allowances, charges, withoutTax, tax, withTax: withoutTax + tax, payable: withoutTax + tax };
}
