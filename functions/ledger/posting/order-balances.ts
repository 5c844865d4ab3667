import { accounts } from './accounts.ts';
import { Balances } from './balances.ts';
import { isOf, type OrderFact, placementOf } from './order-facts.ts';
import { type OrderTerms, shareOf, sum, termsOf } from './order-terms.ts';
import { refundsOf, type RefundTotals } from './refund-totals.ts';
import { shippingRate, taxByRate } from './tax-shares.ts';

/**
 * The balances of all accounts that one order has, without the cost of its goods: a function of the set of its facts, so
 * that the order of their events does not matter. An event is posted as the difference that it makes (rules L1 to L8, L15).
 */
export function orderBalances(facts: readonly OrderFact[]): Balances {
  const balances = new Balances();
  const terms = termsOf(facts);
  if (!terms) return balances;
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
  const applied = Math.min(dueOf(terms), Math.max(0, cashOf(facts, refunds, currency) + creditOf(facts)));
  addTax(balances, terms, applied, refunds.taxes);
  return balances;
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

/** Output tax by rate: the larger of the captured and the shipped share (L2), less what refunds gave back. */
function addTax(balances: Balances, terms: OrderTerms, applied: number, refunded: ReadonlyMap<string, number>): void {
  const due = dueOf(terms);
  const total = new Map<string, number>();
  const shipped = new Map<string, number>();
  const addTo = (sums: Map<string, number>, rate: string | undefined, tax: number) => {
    for (const [name, amount] of taxByRate(tax, rate, terms)) sums.set(name, (sums.get(name) ?? 0) + amount);
  };
  for (const line of terms.lines) {
    addTo(total, line.rate, line.tax);
    addTo(shipped, line.rate, shareOf(line.tax, line.shipped, line.quantity));
  }
  addTo(total, shippingRate(terms), terms.shippingTax);
  if (terms.hasShipped) addTo(shipped, shippingRate(terms), terms.shippingTax);
  let output = 0;
  for (const [rate, tax] of total) {
    const share = Math.max(shareOf(tax, applied, due), shipped.get(rate) ?? 0);
    output += share;
    balances.add(terms.currency, accounts.outputTax(rate), -share);
  }
  for (const [rate, tax] of refunded) balances.add(terms.currency, accounts.outputTax(rate), tax);
  balances.add(terms.currency, accounts.deferredTax, -(taxOf(terms) - output));
}
