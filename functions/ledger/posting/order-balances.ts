import { accounts } from './accounts.ts';
import { Balances } from './balances.ts';
import { type FactOf, isOf, type OrderFact, placementOf } from './order-facts.ts';
import { type OrderTerms, shareOf, sum, termsOf } from './order-terms.ts';
import { refundsOf, type RefundTotals } from './refund-totals.ts';
import { outputTaxes, ratesOfTerms } from './tax-shares.ts';

/** Output tax of a rate in a place, and the amount without tax that it is due on: what tax returns are made of. */
export type TaxRow = {
  /** A country, or a state of the United States (`US-CA`). */
  place: string;
  /** The part of the account's name after the output tax: `<country>:<rate>`. */
  rate: string;
  percentage?: string | undefined;
  relief?: FactOf<'placed'>['relief'];
  baseMinor: number;
  taxMinor: number;
};
/** What one order adds to all accounts, without the cost of its goods, and to the taxes. */
type OrderPosition = { currency: string; balances: Balances; taxes: TaxRow[] };

/**
 * The balances and taxes of one order: a function of the set of its facts, so that the order of their events does not
 * matter. An event is posted as the difference that it makes (rules L1 to L8, L15).
 */
export function orderPosition(facts: readonly OrderFact[]): OrderPosition {
  const terms = termsOf(facts);
  const placed = placementOf(facts);
  if (!terms || !placed) return { currency: '', balances: new Balances(), taxes: [] };
  if (!placed.isImported) return positionOf(facts, terms, placed);
  const { opening, later } = ofFormerSystem(facts, terms, placed);
  const before = positionOf(opening, termsOf(opening) ?? terms, placed);
  const after = positionOf(later, termsOf(later) ?? terms, placed);
  return {
    ...after,
    balances: after.balances.plus(before.balances, -1),
    taxes: taxDifference(after.taxes, before.taxes),
  };
}

/**
 * An imported order opens with nothing: the books of the former system have its sale, its shipment and its money up to its
 * total. Only what happens later is posted, as returns and refunds. Money above the total is an overpayment here too.
 */
function ofFormerSystem(facts: readonly OrderFact[], terms: OrderTerms, placed: FactOf<'placed'>) {
  const { id, at, lines } = placed;
  const due = dueOf(termsOf([placed]) ?? terms);
  const units = lines.map(({ lineId, quantity }): [string, number] => [lineId, quantity]);
  const event = { id: `${id}~opening`, at, text: '' };
  const opening: OrderFact[] = [
    placed,
    { kind: 'shipped', ...event, units },
    { kind: 'captured', ...event, provider: 'former-system', currency: terms.currency, amount: due },
  ];
  let historical = due;
  const later = facts.flatMap((fact): OrderFact[] => {
    if (fact === placed || fact.kind === 'shipped') return [];
    if (fact.kind !== 'captured' || fact.currency !== terms.currency) return [fact];
    const amount = Math.max(0, fact.amount - historical);
    historical -= fact.amount - amount;
    return [{ ...fact, amount }];
  });
  return { opening, later: [...opening, ...later] };
}

/** The rows of `after` less those of `before`, without those of 0. */
export function taxDifference(after: readonly TaxRow[], before: readonly TaxRow[]): TaxRow[] {
  const rows = new Map<string, TaxRow>();
  const add = (row: TaxRow, sign: 1 | -1) => {
    const key = [row.place, row.rate, row.percentage, row.relief].join('\0');
    const { baseMinor = 0, taxMinor = 0 } = rows.get(key) ?? {};
    rows.set(key, { ...row, baseMinor: baseMinor + sign * row.baseMinor, taxMinor: taxMinor + sign * row.taxMinor });
  };
  for (const row of after) add(row, 1);
  for (const row of before) add(row, -1);
  return [...rows.values()].filter(({ baseMinor, taxMinor }) => baseMinor !== 0 || taxMinor !== 0);
}

function positionOf(facts: readonly OrderFact[], terms: OrderTerms, placed: FactOf<'placed'>): OrderPosition {
  const balances = new Balances();
  const { currency } = terms;
  const refunds = refundsOf(facts, terms);
  addMoney(balances, facts, terms, refunds);
  addDeferred(balances, terms);
  for (const [account, amountMinor] of [
    [accounts.returns, refunds.returns],
    [accounts.shipping, refunds.shipping],
    [accounts.charges, refunds.charges],
  ] as const) {
    balances.add(currency, account, amountMinor);
  }
  const due = dueOf(terms);
  const applied = Math.min(due, Math.max(0, cashOf(facts, refunds, currency) + creditOf(facts)));
  const { output, beforeRefunds } = outputTaxes(terms, { applied, due, refunded: refunds.taxes });
  balances.add(currency, accounts.deferredTax, -(taxOf(terms) - beforeRefunds));
  const taxes: TaxRow[] = [];
  for (const [index, { base, tax }] of output) {
    const { rate = '', percentage } = ratesOfTerms(terms)[index] ?? {};
    balances.add(currency, accounts.outputTax(rate), -tax);
    const { place = rate.split(':')[0] ?? '', relief } = placed;
    taxes.push({ place, rate, percentage, ...(relief && { relief }), baseMinor: base, taxMinor: tax });
  }
  return { currency, balances, taxes };
}

const taxOf = ({ lines, shippingTax }: OrderTerms) => sum(lines.map(({ tax }) => tax)) + shippingTax;
const dueOf = (terms: OrderTerms) =>
  sum(terms.lines.map(({ list, discount }) => list - discount)) + terms.shipping + terms.charges + taxOf(terms);
const creditOf = (facts: readonly OrderFact[]) => placementOf(facts)?.exchangeCredit ?? 0;

/** Captured money of a currency less what was paid back because it was not due. */
const cashOf = (facts: readonly OrderFact[], { notDue }: RefundTotals, currency: string) =>
  sum(
    facts
      .filter(isOf('captured'))
      .filter((capture) => capture.currency === currency)
      .map(({ amount }) => amount),
  ) - (notDue.get(currency) ?? 0);

/** Money of a provider against what the customer owes or has paid too much. */
function addMoney(balances: Balances, facts: readonly OrderFact[], terms: OrderTerms, refunds: RefundTotals): void {
  const captures = facts.filter(isOf('captured'));
  for (const { currency, provider, amount } of captures) balances.add(currency, accounts.clearing(provider), amount);
  const cash = cashOf(facts, refunds, terms.currency);
  const credit = creditOf(facts);
  const excess = Math.max(0, cash + credit - dueOf(terms));
  // The returned order credits the receivable with the exchange credit.
  balances.add(terms.currency, accounts.receivable, dueOf(terms) - cash + excess);
  balances.add(terms.currency, accounts.overpayments, -excess);
  const others = new Set([...captures.map(({ currency }) => currency), ...refunds.notDue.keys()]);
  for (const currency of others) {
    if (currency !== terms.currency) {
      balances.add(currency, accounts.overpayments, -cashOf(facts, refunds, currency));
    }
  }
  for (const fact of facts.filter(isOf('refunded'))) {
    const { currency, by, provider = '', sign, pots } = fact;
    const from = {
      payment: accounts.clearing(provider),
      'store-credit': accounts.storeCredit,
      exchange: accounts.receivable,
    };
    balances.add(currency, from[by], -sign * sum(pots.map(({ amount }) => amount)));
  }
  for (const { currency, provider, amount } of facts.filter(isOf('paid-twice'))) {
    balances.add(currency, accounts.clearing(provider), -amount).add(currency, accounts.receivable, amount);
  }
  addDisputes(balances, facts);
}

function addDisputes(balances: Balances, facts: readonly OrderFact[]): void {
  const disputes = Map.groupBy(facts.filter(isOf('disputed')), ({ provider, dispute }) => `${provider}/${dispute}`);
  for (const events of disputes.values()) {
    // A chargeback has one end; its amount is that of its opening, if that arrived.
    const end = events.find(({ state }) => state !== 'opened');
    const known = events.find(({ state }) => state === 'opened') ?? end;
    if (!known || end?.state === 'won') continue;
    const { currency, provider, amount } = known;
    balances.add(currency, end ? accounts.chargebacks : accounts.disputed(provider), amount);
    balances.add(currency, accounts.clearing(provider), -amount);
  }
}

/** Goods, discounts, shipping and charges: deferred until they are shipped. */
function addDeferred(balances: Balances, { currency, lines, shipping, charges, hasShipped }: OrderTerms): void {
  const shippedOf = (amount: (line: OrderTerms['lines'][number]) => number) =>
    sum(lines.map((line) => shareOf(amount(line), line.shipped, line.quantity)));
  const [list, discount] = [sum(lines.map((line) => line.list)), sum(lines.map((line) => line.discount))];
  const [shippedList, shippedDiscount] = [shippedOf((line) => line.list), shippedOf((line) => line.discount)];
  balances
    .add(currency, accounts.deferredGoods, -(list - shippedList))
    .add(currency, accounts.goods, -shippedList)
    .add(currency, accounts.deferredDiscounts, discount - shippedDiscount)
    .add(currency, accounts.discounts, shippedDiscount)
    .add(currency, hasShipped ? accounts.shipping : accounts.deferredShipping, -shipping)
    .add(currency, hasShipped ? accounts.charges : accounts.deferredCharges, -charges);
}
