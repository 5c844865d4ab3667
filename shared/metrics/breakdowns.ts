import type { FactDimension } from './facts.ts';
import type { Measure } from './measure.ts';
import { moneyMeasures } from './money-measures.ts';
import { isOfStock, stockMeasures } from './stock-measures.ts';
import { conversion, goodsMeasures, orderMeasures, promotionMeasures, ratios, visits } from './sales-measures.ts';

/** A report of measures by keys: each row is the facts that have its keys and its currency. */
export type Breakdown = {
  report: string;
  keys: readonly FactDimension[];
  measures: readonly Measure[];
  /** SQL of the facts that the report has. @default all */
  where?: string;
  /** Whether an order is in one row only, so that the orders of the rows add up. */
  hasOrdersOnce: boolean;
};

/** What a row of the day, a channel or an hour has. */
export const allMeasures: readonly Measure[] = [
  ...goodsMeasures,
  ...orderMeasures,
  ...moneyMeasures,
  ...ratios,
  visits,
  conversion,
];
const ofOrders = [...goodsMeasures, ...orderMeasures, ...ratios];
const ofGoods = [...goodsMeasures, ...ratios.filter(({ name }) => name === 'refundRate')];

const orders = {
  measures: ofOrders,
  where: `component NOT IN ('payment', 'settlement', 'visit') AND NOT ${isOfStock}`,
  hasOrdersOnce: true,
};
const goods = { measures: ofGoods, where: "component IN ('line', 'discount', 'goodwill')", hasOrdersOnce: false };
const discounts = { measures: promotionMeasures, where: "component = 'discount'", hasOrdersOnce: false };
const all = { measures: allMeasures, where: `NOT coalesce(${isOfStock}, false)`, hasOrdersOnce: true };
const stock = { measures: stockMeasures, where: isOfStock, hasOrdersOnce: false };

/** By the name that `GET /metrics/daily` has for it. */
export const breakdowns = {
  day: { report: 'metrics-by-day', keys: [], ...all },
  channel: { report: 'totals-by-channel', keys: ['channel'], ...all },
  hour: { report: 'metrics-by-hour', keys: ['hour'], ...all },
  region: { report: 'metrics-by-region', keys: ['country', 'region'], ...orders },
  'customer-group': { report: 'metrics-by-customer-group', keys: ['customerGroup'], ...orders },
  category: { report: 'metrics-by-category', keys: ['category'], ...goods },
  sku: { report: 'metrics-by-sku', keys: ['sku'], ...goods },
  promotion: { report: 'metrics-by-promotion', keys: ['promotion'], ...discounts },
  code: { report: 'metrics-by-code', keys: ['code'], ...discounts },
  'stock-sku': { report: 'stock-value', keys: ['sku'], ...stock },
  'stock-category': { report: 'stock-value-by-category', keys: ['category'], ...stock },
} satisfies Record<string, Breakdown>;
