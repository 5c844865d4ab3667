import type { InsightFigures } from '../../../../shared/contracts/insights/figures.ts';
import { type Html, html } from '../../../../shared/html.ts';
import { cellsOf } from '../../../../shared/insights/segments.ts';
import { bandChart, pieChart, scatterChart } from '../../../../shared/reports/page/charts.ts';
import { colors } from '../../../../shared/reports/page/charts.ts';
import { decimalsOf, money, shown } from '../../../../shared/reports/page/format.ts';
import { reportPageOf, tableOf } from '../../../../shared/reports/page/page.ts';
import { isMessage, type MessageName, say, title } from './messages.ts';

type ForecastDay = {
  date: string;
  expected: number;
  low80: number | null;
  high80: number | null;
  low95: number | null;
  high95: number | null;
  holiday: string | null;
  promotions: string | null;
};
/** A series of the store with its last days. */
export type StoreSeries = {
  measure: string;
  currency: string | null;
  past: { day: string; value: number }[];
  days: ForecastDay[];
};
type Pair = {
  sku: string;
  withSku: string;
  baskets: number;
  confidence: number;
  lift: number;
  zhang: number;
};
export type InsightPage = {
  date: string;
  timeZone: string;
  figures: InsightFigures;
  store: StoreSeries[];
  topSkus: { sku: string; expected: number; high95: number | null; shown: string; demandClass: string }[];
  pairs: Pair[];
};

/** The insights of a day as one HTML page. The same figures give the same bytes. */
export function insightPage(page: InsightPage): string {
  const { date, timeZone, figures, store } = page;
  const content = html`<h1>${say('title')} <span>${date}</span></h1>
    <p>${timeZone} · ${say('history')} ${figures.history.days}</p>
    <h2>${say('forecast')}</h2>
    <p>${say('forecastNote')}</p>
    <div class="parts">${store.map(seriesPart)}</div>
    <h2>${say('errors')}</h2>
    <p>${say('errorsNote')}</p>
    ${errorTable(figures)}
    <div class="parts">${parts(page)}</div>`;
  return reportPageOf(date, title, content);
}

const part = (heading: MessageName, content: Html): Html =>
  html`<section>
    <h3>${say(heading)}</h3>
    ${content}
  </section> `;
const table = (heads: readonly MessageName[], rows: readonly (readonly (string | Html)[])[]) =>
  rows.length === 0 ? html`<p>${say('none')}</p>` : tableOf(heads.map(say), rows);
const named = (name: string): Html => (isMessage(name) ? say(name) : html`${shown(name)}`);
const number = (value: number | null, digits = 2) => (value === null ? '–' : value.toFixed(digits));
const percent = (value: number | null) => (value === null ? '–' : `${(100 * value).toFixed(1)} %`);

function seriesPart({ measure, currency, past, days }: StoreSeries): Html {
  const decimals = currency === null ? 0 : decimalsOf(currency);
  const scale = 10 ** decimals;
  const amount = (value: number | null) => {
    if (value === null) return '–';
    return currency === null ? number(value, 1) : money(BigInt(Math.round(value)), decimals);
  };
  const bands = days.flatMap(({ low95, high95 }) =>
    low95 === null || high95 === null ? [] : [{ low: low95 / scale, high: high95 / scale }],
  );
  const chart = bandChart(
    [...past.map(({ day }) => day), ...days.map(({ date }) => date)].map((day) => day.slice(5)),
    past.map(({ value }) => value / scale),
    days.map(({ expected }) => expected / scale),
    bands,
  );
  const rows = days.map(({ date, expected, low80, high80, low95, high95, holiday, promotions }) => [
    date,
    amount(expected),
    `${amount(low80)} – ${amount(high80)}`,
    `${amount(low95)} – ${amount(high95)}`,
    shown([holiday, promotions].filter((mark) => mark !== null).join(', ')),
  ]);
  return html`<section>
    <h3>${named(measure)} ${currency ?? ''}</h3>
    ${chart} ${table(['day', 'expected', 'band80', 'band95', 'marks'], rows)}
  </section> `;
}

const errorTable = ({ forecasts }: InsightFigures): Html =>
  table(
    ['level', 'measure', 'demandClass', 'series', 'baselineShown', 'mase', 'smape', 'coverage'],
    forecasts.map((each) => [
      named(each.level),
      named(each.measure),
      named(each.demandClass),
      String(each.series),
      String(each.baselineShown),
      `${number(each.mase)} (${number(each.baselineMase)})`,
      `${number(each.smape, 1)} (${number(each.baselineSmape, 1)})`,
      `${percent(each.coverage80)}, ${percent(each.coverage95)}`,
    ]),
  );

const parts = ({ figures, topSkus, pairs }: InsightPage): Html[] => [
  part(
    'topSkus',
    table(
      ['sku', 'demandClass', 'expected', 'band95'],
      topSkus.map((each) => [
        shown(each.sku),
        named(each.demandClass),
        number(each.expected, 1),
        each.high95 === null ? '–' : `≤ ${number(each.high95, 1)}`,
      ]),
    ),
  ),
  part(
    'associations',
    html`<p>${say('associationsNote')} ${number(figures.associations.expectedByChance)}</p>
      ${table(
        ['sku', 'withSku', 'baskets', 'confidence', 'lift', 'zhang'],
        pairs.map((pair) => [
          shown(pair.sku),
          shown(pair.withSku),
          String(pair.baskets),
          percent(pair.confidence),
          number(pair.lift),
          number(pair.zhang),
        ]),
      )}`,
  ),
  segmentPart(figures),
  churnPart(figures),
  itemPart(figures),
];

function segmentPart({ segments }: InsightFigures): Html {
  const rows = segments.map(({ segment, customers }, index) => [
    html`<i style="background:${colors[index % colors.length]}"></i>${named(segment)}`,
    cellsOf(segment).join(' '),
    String(customers),
  ]);
  const counts = segments.map(({ customers }) => customers);
  const hasCustomers = counts.some((customers) => customers > 0);
  return part(
    'segments',
    html`<p>${say('segmentsNote')}</p>
      ${hasCustomers ? pieChart(counts) : undefined} ${table(['segment', 'cells', 'customers'], rows)}`,
  );
}

function churnPart({ churn }: InsightFigures): Html {
  const points = churn.map(({ predicted, observed }): [number, number] => [100 * predicted, 100 * observed]);
  const rows = churn.map(({ tenth, customers, predicted, observed }) => [
    `${10 * tenth} – ${10 * tenth + 10} %`,
    String(customers),
    percent(predicted),
    percent(observed),
  ]);
  return part(
    'churn',
    html`<p>${say('churnNote')}</p>
      ${points.length > 0 ? scatterChart(points) : undefined}
      ${table(['risk', 'customers', 'predicted', 'observed'], rows)}`,
  );
}

function itemPart({ items }: InsightFigures): Html {
  const classes = ['A', 'B', 'C'] as const;
  const of = (name: string, movement: string) =>
    String(items.find((each) => each.class === name && each.movement === movement)?.skus ?? 0);
  const rows =
    items.length === 0 ? [] : classes.map((name) => [name, of(name, 'moving'), of(name, 'slow'), of(name, 'idle')]);
  return part('items', table(['class', 'moving', 'slow', 'idle'], rows));
}
