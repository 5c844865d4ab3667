import type { OrderResponse } from '../../../shared/contracts/orders/routes.ts';
import type { Invoice } from '../invoices.ts';
import { rateOfTheDay, taxWithinAmount } from './rates-of-the-day.ts';

/** The tax of one country and rate. Amounts in pence; `taxableMinor` is without the tax. */
export type TaxRow = {
  country: string;
  /** Percentage, or `export`. */
  rate: string;
  orders: number;
  taxableMinor: number;
  taxMinor: number;
};
/** Rows by country and rate. */
export type TaxRows = Map<string, TaxRow>;

type Taxed = Pick<OrderResponse, 'taxes' | 'taxMinor' | 'totalMinor'>;

/** The rate of exports, which is of no country. */
const exportRate = 'export';

function addTax(rows: TaxRows, { country, rate, ...amounts }: Omit<TaxRow, 'orders'>, orders: number): void {
  const key = `${country} ${rate}`;
  const row = rows.get(key) ?? { country, rate, orders: 0, taxableMinor: 0, taxMinor: 0 };
  rows.set(key, {
    country,
    rate,
    orders: row.orders + orders,
    taxableMinor: row.taxableMinor + amounts.taxableMinor,
    taxMinor: row.taxMinor + amounts.taxMinor,
  });
}

/** Adds the taxes by rate of a placed order. Returns whether they sum to its tax, and with their amounts to its total. */
export function addOrderTaxes(rows: TaxRows, country: string, { taxes = [], taxMinor, totalMinor }: Taxed): boolean {
  for (const { rateId, percentage, taxableMinor, taxMinor: ofRate } of taxes) {
    const rate = rateId === exportRate ? exportRate : percentage;
    addTax(rows, { country, rate, taxableMinor, taxMinor: ofRate }, 1);
  }
  const ofRates = taxes.reduce((sum, each) => sum + each.taxMinor, 0);
  const taxable = taxes.reduce((sum, each) => sum + each.taxableMinor, 0);
  return ofRates === taxMinor && taxable + ofRates === totalMinor;
}

/** The same from the data set alone: the tax within each line of an invoice, at the rate of its country and its day. */
export function addInvoiceTaxes(rows: TaxRows, { country, lines }: Invoice, day: string): void {
  const basisPoints = rateOfTheDay(country, day);
  const amounts = lines.map(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor);
  const taxMinor = sum(amounts.map((amount) => taxWithinAmount(amount, basisPoints ?? 0)));
  const rate = basisPoints === undefined ? exportRate : String(basisPoints / 100);
  addTax(rows, { country, rate, taxableMinor: sum(amounts) - taxMinor, taxMinor }, 1);
}

/** The number of rows that are the same in both. */
export const equalRows = (rows: TaxRows, others: TaxRows): number =>
  [...rows].filter(([key, row]) => {
    const other = others.get(key);
    return other?.orders === row.orders && other.taxableMinor === row.taxableMinor && other.taxMinor === row.taxMinor;
  }).length;

/** The tax by country, of all its rates. */
export function taxOfCountries(rows: Iterable<TaxRow>): Map<string, number> {
  const taxes = new Map<string, number>();
  for (const { country, taxMinor } of rows) taxes.set(country, (taxes.get(country) ?? 0) + taxMinor);
  return taxes;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
