import type { TaxReturn, TaxReturnRow } from '../../../shared/contracts/ledger/tax-return-routes.ts';
import { exponentOf } from '../../../shared/reference-data/currencies.ts';
import { accounts } from '../posting/accounts.ts';
import { type BalanceRow, monthAfter, type TaxSum } from '../posting/ledger-keys.ts';

export type Kind = TaxReturn['kind'];

/** The months of a month or a quarter. */
export function monthsOf(period: string): string[] {
  const [year = '', part = ''] = period.split('-');
  if (!part.startsWith('Q')) return [period];
  const first = `${year}-${String(Number(part.slice(1)) * 3 - 2).padStart(2, '0')}`;
  return [first, monthAfter(first), monthAfter(first, 2)];
}

// Source: Council Directive 2006/112/EC, article 5; Northern Ireland (XI) is no place of an order.
const memberStates = new Set(
  'AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);
const countryOf = (name: string) => name.split(/[:-]/)[0] ?? '';

/** The supplies and accounts of a return. `home`: the country of the seller. */
const supplies: Record<Kind, (row: Pick<TaxSum, 'place' | 'rate' | 'relief'>, home: string) => boolean> = {
  // Value of all supplies that another state does not tax: also exports and what a business accounts for (VAT Notice 700/12, box 6).
  'uk-vat': ({ rate, relief }, home) => countryOf(rate) === 'GB' || (home === 'GB' && relief !== undefined),
  // Distance sales taxed where the goods arrive (Council Directive 2006/112/EC, article 369a to 369k).
  'eu-oss': ({ place, rate, relief }, home) =>
    place !== home && memberStates.has(place) && countryOf(rate) === place && relief === undefined,
  'us-sales-tax': ({ place, relief }) => countryOf(place) === 'US' && relief === undefined,
};

export type Figures = {
  taxes: readonly TaxSum[];
  /** Sums of accounts of the months of the period. */
  balances: readonly BalanceRow[];
  unprovenExports: TaxReturn['unprovenExports'];
};
type Wanted = { kind: Kind; period: string; isClosed: boolean; home: string };

/** A return from the sums of its months (L13). What is for an earlier month that was closed is a correction. */
export function taxReturnOf({ kind, period, isClosed, home }: Wanted, figures: Figures): TaxReturn {
  const months = monthsOf(period);
  const own = figures.taxes.filter((row) => supplies[kind](row, home));
  const isCorrection = ({ forMonth }: TaxSum) => forMonth !== undefined && !months.includes(forMonth);
  const rows = addedUp(own.filter((row) => !isCorrection(row)));
  const corrections = [...Map.groupBy(own.filter(isCorrection), ({ forMonth = '' }) => forMonth)].flatMap(
    ([forMonth, some]) => addedUp(some).map((row) => Object.assign(row, { forMonth })),
  );
  const entries = entriesOf(kind, figures);
  const sorted = corrections.toSorted((a, b) => order(keyOf(a, a.forMonth), keyOf(b, b.forMonth)));
  return {
    kind,
    period,
    status: 'open',
    isClosed,
    boxes: kind === 'uk-vat' ? boxesOf([...rows, ...corrections], entries, figures) : [],
    rows,
    corrections: sorted,
    entries,
    totals: totalsOf(kind, [...rows, ...corrections], entries),
    unprovenExports: kind === 'uk-vat' ? figures.unprovenExports : [],
  };
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = (
  { place, rate, percentage, relief, currency }: Omit<TaxReturnRow, 'baseMinor' | 'taxMinor'>,
  month = '',
) => [month, place, rate, percentage, relief, currency].join('\0');

function addedUp(sums: readonly TaxSum[]): TaxReturnRow[] {
  const rows = new Map<string, TaxReturnRow>();
  for (const { place, rate, percentage, relief, currency, ...due } of sums) {
    const own = { place, rate, ...(percentage !== undefined && { percentage }), ...(relief && { relief }), currency };
    const { baseMinor = 0, taxMinor = 0 } = rows.get(keyOf(own)) ?? {};
    rows.set(keyOf(own), { ...own, baseMinor: baseMinor + due.baseMinor, taxMinor: taxMinor + due.taxMinor });
  }
  return [...rows.values()]
    .filter(({ baseMinor, taxMinor }) => baseMinor !== 0 || taxMinor !== 0)
    .toSorted((a, b) => order(keyOf(a), keyOf(b)));
}

/** Credits of accounts below a name, by account and currency. */
function creditsOf(balances: readonly BalanceRow[], name: string) {
  const credits = new Map<string, { account: string; currency: string; credit: number }>();
  for (const { account, currency, debitMinor, creditMinor } of balances) {
    if (account !== name && !account.startsWith(`${name}:`)) continue;
    const key = `${account}\0${currency}`;
    const { credit = 0 } = credits.get(key) ?? {};
    credits.set(key, { account, currency, credit: credit + creditMinor - debitMinor });
  }
  return [...credits.values()];
}

/** Output tax of the accounts that no row explains. */
function entriesOf(kind: Kind, { taxes, balances }: Figures): TaxReturn['entries'] {
  const explained = new Map<string, number>();
  for (const { rate, currency, taxMinor } of taxes) {
    const key = `${accounts.outputTax(rate)}\0${currency}`;
    explained.set(key, (explained.get(key) ?? 0) + taxMinor);
  }
  const prefix = accounts.outputTax('');
  const isOfKind = (country: string) =>
    ({ 'uk-vat': country === 'GB', 'eu-oss': memberStates.has(country), 'us-sales-tax': country === 'US' })[kind];
  return creditsOf(balances, prefix.slice(0, -1))
    .flatMap(({ account, currency, credit }) => {
      const taxMinor = credit - (explained.get(`${account}\0${currency}`) ?? 0);
      return taxMinor !== 0 && isOfKind(countryOf(account.slice(prefix.length)))
        ? [{ account, currency, taxMinor }]
        : [];
    })
    .toSorted((a, b) => order(a.account + a.currency, b.account + b.currency));
}

function totalsOf(kind: Kind, rows: readonly TaxReturnRow[], entries: TaxReturn['entries']): TaxReturn['totals'] {
  const totals = new Map<string, TaxReturn['totals'][number]>();
  const add = (place: string, currency: string, amount: number) => {
    const { taxMinor = 0 } = totals.get(`${place}\0${currency}`) ?? {};
    totals.set(`${place}\0${currency}`, { place, currency, taxMinor: taxMinor + amount });
  };
  for (const { place, rate, currency, taxMinor } of rows)
    add(kind === 'uk-vat' ? countryOf(rate) : place, currency, taxMinor);
  for (const { account, currency, taxMinor } of entries) {
    add(countryOf(account.slice(accounts.outputTax('').length)), currency, taxMinor);
  }
  return [...totals.values()]
    .filter(({ taxMinor }) => taxMinor !== 0)
    .toSorted((a, b) => order(a.place + a.currency, b.place + b.currency));
}

/**
 * The nine boxes (VAT Notice 700/12). Box 4 is what persons entered as input tax, box 7 the goods that were received. No
 * acquisitions and supplies of Northern Ireland (boxes 2, 8, 9) are recorded.
 */
function boxesOf(
  rows: readonly TaxReturnRow[],
  entries: TaxReturn['entries'],
  { balances }: Figures,
): TaxReturn['boxes'] {
  const boxes = new Map<string, Partial<Record<1 | 4 | 6 | 7, number>>>();
  const add = (currency: string, box: 1 | 4 | 6 | 7, amount: number) => {
    const own = boxes.get(currency) ?? {};
    boxes.set(currency, { ...own, [box]: (own[box] ?? 0) + amount });
  };
  for (const { currency, baseMinor, taxMinor } of rows) {
    add(currency, 1, taxMinor);
    add(currency, 6, baseMinor);
  }
  for (const { currency, taxMinor } of entries) add(currency, 1, taxMinor);
  for (const { currency, credit } of creditsOf(balances, accounts.inputTax)) add(currency, 4, -credit);
  for (const { currency, credit } of creditsOf(balances, accounts.goodsReceived)) add(currency, 7, credit);
  return [...boxes]
    .toSorted(([a], [b]) => order(a, b))
    .flatMap(([currency, { 1: due = 0, 4: input = 0, 6: outputs = 0, 7: inputs = 0 }]) => {
      const whole = (minor: number) => String(Math.trunc(minor / 10 ** exponentOf(currency)) || 0);
      const exact = (minor: number) => (minor / 10 ** exponentOf(currency)).toFixed(exponentOf(currency));
      const amounts = [due, 0, due, input, Math.abs(due - input)].map(exact).concat([outputs, inputs, 0, 0].map(whole));
      return amounts.map((amount, index) => ({ currency, box: index + 1, amount }));
    });
}
