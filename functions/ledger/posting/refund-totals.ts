import { isOf, type OrderFact } from './order-facts.ts';
import { type OrderTerms, shareOf, sum, unitsByLine } from './order-terms.ts';
import { addTaxes, type TaxDue, type TaxesDue, taxOfLine, taxOfShipping } from './tax-shares.ts';

/** Refunds of an order, of all facts. `returns`, `shipping` and `charges` are without tax. */
export type RefundTotals = {
  returns: number;
  shipping: number;
  charges: number;
  /** Output tax that was given back. */
  taxes: TaxesDue;
  /** Money that was never for goods that are sold: overpaid, or of cancelled units; by currency. */
  notDue: ReadonlyMap<string, number>;
};

type Component = { amount: number; tax: number; ofCancelled: number };

const linePrefix = 'line:';
const chargePrefix = 'charge:';

/**
 * The refunds by what they give back. Money for units that were cancelled before shipment is not a return: the cancellation
 * reversed their sale (L4), and their money became an overpayment.
 */
export function refundsOf(facts: readonly OrderFact[], terms: OrderTerms): RefundTotals {
  const totals = { returns: 0, shipping: 0, charges: 0 };
  const taxes = new Map<number, TaxDue>();
  const notDue = new Map<string, number>();
  const addNotDue = (currency: string, amount: number) => notDue.set(currency, (notDue.get(currency) ?? 0) + amount);
  const components = new Map<string, Component>();
  for (const { currency, sign, refundId, pots } of facts.filter(isOf('refunded'))) {
    const cancelled = cancelledUnits(facts, refundId);
    for (const { pot, amount, tax, quantity } of pots) {
      if (currency !== terms.currency || pot === 'overpaid' || pot.startsWith('payment:')) {
        addNotDue(currency, sign * amount);
        continue;
      }
      const units = cancelled.get(pot.slice(linePrefix.length)) ?? 0;
      const ofCancelled = units > 0 ? shareOf(amount, units, quantity) : 0;
      const before = components.get(pot) ?? { amount: 0, tax: 0, ofCancelled: 0 };
      components.set(pot, {
        amount: before.amount + sign * amount,
        tax: before.tax + sign * tax,
        ofCancelled: before.ofCancelled + sign * ofCancelled,
      });
    }
  }
  for (const [pot, { amount, tax, ofCancelled }] of components) {
    const { value, kind, line } = componentOf(pot, terms);
    const excess = Math.min(amount, Math.max(0, amount - value, ofCancelled));
    const returned = amount - excess;
    const returnedTax = shareOf(tax, returned, amount);
    addNotDue(terms.currency, excess);
    totals[kind] += returned - returnedTax;
    // No tax is calculated on charges.
    const due = { base: kind === 'charges' ? 0 : returned - returnedTax, tax: returnedTax };
    addTaxes(taxes, kind === 'shipping' ? taxOfShipping(due, terms) : taxOfLine(due, line, terms));
  }
  return { ...totals, taxes, notDue };
}

/** Units by line that were cancelled because of a refund. */
const cancelledUnits = (facts: readonly OrderFact[], refundId: string) =>
  unitsByLine(
    facts
      .filter(isOf('cancelled'))
      .filter((cancellation) => cancellation.refundId === refundId)
      .flatMap(({ units }) => units),
  );

type Kind = 'returns' | 'shipping' | 'charges';

type SoldComponent = { value: number; kind: Kind; line?: OrderTerms['lines'][number] | undefined };

/** What is still sold of a component, with tax. Goodwill has no limit. */
function componentOf(pot: string, terms: OrderTerms): SoldComponent {
  if (pot === 'shipping') return { value: terms.shipping + terms.shippingTax, kind: 'shipping' };
  if (pot.startsWith(chargePrefix)) return { value: terms.charges, kind: 'charges' };
  if (!pot.startsWith(linePrefix)) return { value: Infinity, kind: 'returns' };
  const line = terms.lines.find(({ lineId }) => lineId === pot.slice(linePrefix.length));
  return { value: line ? sum([line.list, -line.discount, line.tax]) : 0, kind: 'returns', line };
}
