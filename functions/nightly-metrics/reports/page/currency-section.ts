import { type Html, html } from '../../../../shared/html.ts';
import { barChart, colors, lineChart, pieChart, scatterChart } from '../../../../shared/reports/page/charts.ts';
import {
  type DayFigures,
  type SalesRow,
  stockMeasures,
  type StockRow,
  totalMeasures,
  type TotalRow,
  type VisitRow,
} from './day-figures.ts';
import { count, decimalsOf, money, share, shown } from '../../../../shared/reports/page/format.ts';
import { tableOf } from '../../../../shared/reports/page/page.ts';
import { type MessageName, say } from './messages.ts';

const maxChannels = 40;
const maxSlices = 8;
const maxSkus = 20;

/** The figures of one currency, which are never added to those of another. */
export function currencySection(figures: DayFigures, currency: string): Html {
  const of = <T extends { currency: string }>(rows: T[]) => rows.filter((row) => row.currency === currency);
  const decimals = decimalsOf(currency);
  const sales = sumOf(of(figures.byHour), 'salesMinor');
  const parts: Html[] = [];
  if (of(figures.visits).length > 0) parts.push(visitsPart(of(figures.visits)));
  if (sales > 0n) {
    parts.push(...hourParts(figures.hours, of(figures.byHour), decimals));
    parts.push(categoryPart(of(figures.byCategory), decimals));
  }
  if (of(figures.bySku).length > 0) parts.push(...skuParts(of(figures.bySku), decimals));
  return html`<h2>${shown(currency)}</h2>
    ${totalsPart(of(figures.totals), decimals)}
    ${of(figures.stock).length > 0 ? stockPart(of(figures.stock), decimals) : undefined}
    <div class="parts">${parts}</div>`;
}

const sumOf = <K extends string>(rows: Record<K, bigint>[], key: K): bigint =>
  rows.reduce((sum, row) => sum + row[key], 0n);

const part = (title: MessageName, content: Html): Html =>
  html`<section>
    <h3>${say(title)}</h3>
    ${content}
  </section> `;

export const dataTable = (heads: readonly MessageName[], rows: readonly (readonly (string | Html)[])[]): Html =>
  tableOf(heads.map(say), rows);

/** A table of many columns: on a phone, each row is a list of names and values. */
const wideTable = (
  heads: readonly MessageName[],
  rows: readonly (readonly (string | Html)[])[],
  foot: readonly (readonly (string | Html)[])[] = [],
): Html => {
  const line = ([name = '', ...values]: readonly (string | Html)[]) =>
    html`<tr>
      <td>${name}</td>
      ${values.map(
        (value, index) =>
          html`<td><span class="key">${say(heads[index + 1] ?? 'total')}</span> <span>${value}</span></td>`,
      )}
    </tr> `;
  return html`<table class="wide">
    <thead>
      <tr>
        ${heads.map((name) => html`<th scope="col">${say(name)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(line)}
    </tbody>
    ${
      foot.length > 0
        ? html`<tfoot>
            ${foot.map(line)}
          </tfoot>`
        : undefined
    }
  </table>`;
};

const more = (hidden: number | bigint): Html =>
  hidden > 0 ? html`<p>${say('moreRows')} ${String(hidden)}</p>` : html``;

const totalNames = ['total', 'cancelled', 'edited', 'refunded', 'net'] as const;

function totalsPart(rows: TotalRow[], decimals: number): Html {
  const heads = ['channel', 'orders', 'units', ...totalNames] as const;
  const cells = (row: Omit<TotalRow, 'channel' | 'currency'>) => [
    count(row.orders),
    count(row.units),
    ...totalMeasures.map((name) => money(row[name], decimals)),
  ];
  const sum = (name: 'orders' | 'units' | (typeof totalMeasures)[number]) => sumOf(rows, name);
  const all = {
    orders: sum('orders'),
    units: sum('units'),
    totalMinor: sum('totalMinor'),
    cancelledMinor: sum('cancelledMinor'),
    editedMinor: sum('editedMinor'),
    refundedMinor: sum('refundedMinor'),
    netMinor: sum('netMinor'),
  };
  return part(
    'totals',
    html`${wideTable(
        heads,
        rows.slice(0, maxChannels).map((row) => [shown(row.channel)].concat(cells(row))),
        [[say('all'), ...cells(all)]],
      )}
      <p>${say('totalsNote')}</p>
      ${more(rows.length - maxChannels)}`,
  );
}

function visitsPart(rows: VisitRow[]): Html {
  const lines = rows
    .slice(0, maxChannels)
    .map(({ channel, visits, orders, conversion }) => [
      channel === null ? say('all') : shown(channel),
      count(visits),
      count(orders),
      conversion === null ? '–' : `${(Number(conversion) / 100).toFixed(2)} %`,
    ]);
  return part('conversion', dataTable(['channel', 'visits', 'orders', 'conversion'], lines));
}

const maxStockRows = 20;
const percent = (basisPoints: bigint | null) =>
  basisPoints === null ? '–' : `${(Number(basisPoints) / 100).toFixed(1)} %`;

function stockPart(rows: StockRow[], decimals: number): Html {
  const heads = [
    'category',
    'opening',
    'received',
    'costOfGoods',
    'writeOffs',
    'shrinkage',
    'closing',
    'turnover',
    'sellThrough',
  ] as const;
  const cells = (row: StockRow) =>
    [shown(row.category)].concat(
      stockMeasures.map((name) => money(row[name], decimals)),
      [row.stockTurnover, row.sellThrough].map(percent),
    );
  const lines = rows.slice(0, maxStockRows).map(cells);
  return part('stock', html`${wideTable(heads, lines)}${more((rows[0]?.rows ?? 0n) - BigInt(lines.length))}`);
}

/** An amount for a chart, in major units: only its position needs to be right. */
const major = (minor: bigint, decimals: number): number => Number(minor) / 10 ** decimals;

function hourParts(hours: string[], rows: SalesRow[], decimals: number): Html[] {
  const found = new Map(rows.map((row) => [row.key, row]));
  const clock = hours.map((hour) => hour.slice(11, 16));
  const sales = hours.map((hour) => found.get(hour)?.salesMinor ?? 0n);
  let running = 0n;
  const runningTotals = sales.map((minor) => (running += minor));
  const inMajor = (values: bigint[]) => values.map((minor) => major(minor, decimals));
  const lines = hours.map((hour, index) => [
    // The offset tells the two equal hours at the end of daylight saving time apart.
    clock.indexOf(clock[index] ?? '') === clock.lastIndexOf(clock[index] ?? '') ? (clock[index] ?? '') : hour.slice(11),
    count(found.get(hour)?.orders ?? 0n),
    count(found.get(hour)?.units ?? 0n),
    money(found.get(hour)?.salesMinor ?? 0n, decimals),
  ]);
  return [
    part('byHour', barChart(clock, inMajor(sales))),
    part('runningTotal', lineChart(clock, inMajor(runningTotals))),
    part('byHour', dataTable(['hour', 'orders', 'units', 'sales'], lines)),
  ];
}

function categoryPart(rows: SalesRow[], decimals: number): Html {
  const positive = rows.filter(({ salesMinor }) => salesMinor > 0n).toSorted(bySales);
  const [own, rest] = [positive.slice(0, maxSlices), positive.slice(maxSlices)];
  const slices: { name: string | Html; units: bigint; salesMinor: bigint }[] = [
    ...own.map(({ key, units, salesMinor }) => ({ name: shown(key), units, salesMinor })),
    ...(rest.length > 0
      ? [{ name: say('others'), units: sumOf(rest, 'units'), salesMinor: sumOf(rest, 'salesMinor') }]
      : []),
  ];
  if (slices.length === 0) return html``;
  const whole = sumOf(slices, 'salesMinor');
  const lines = slices.map(({ name, units, salesMinor }, index) => [
    html`<i style="background:${colors[index]}"></i>${name}`,
    count(units),
    money(salesMinor, decimals),
    share(salesMinor, whole),
  ]);
  return part(
    'byCategory',
    html`${pieChart(
      slices.map(({ salesMinor }) => major(salesMinor, decimals)),
    )}${dataTable(['category', 'units', 'sales', 'share'], lines)}`,
  );
}

const bySales = (a: SalesRow, b: SalesRow): number =>
  Number(b.salesMinor > a.salesMinor) - Number(b.salesMinor < a.salesMinor);

function skuParts(rows: SalesRow[], decimals: number): Html[] {
  const priced = rows.filter(({ units }) => units > 0n);
  const points = priced.map(({ subtotalMinor, units }): [number, number] => [
    major(subtotalMinor, decimals) / Number(units),
    Number(units),
  ]);
  const lines = rows
    .slice(0, maxSkus)
    .map(({ key, orders, units, subtotalMinor, salesMinor }) => [
      shown(key),
      count(orders),
      count(units),
      units > 0n ? money((2n * subtotalMinor + units) / (2n * units), decimals) : '',
      money(salesMinor, decimals),
    ]);
  return [
    ...(points.length > 0 ? [part('priceAndUnits', scatterChart(points))] : []),
    part(
      'topSkus',
      html`${dataTable(['sku', 'orders', 'units', 'price', 'sales'], lines)}${more((rows[0]?.rows ?? 0n) - BigInt(lines.length))}`,
    ),
  ];
}
