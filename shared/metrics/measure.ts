import type { FactMeasure } from './facts.ts';

/** The unit of a measure. Amounts are in minor units of the row's currency; ratios of 10,000 are basis points. */
type Unit = 'minor units' | 'units' | 'orders' | 'customers' | 'basis points' | 'units per order' | 'visits';

/** The one definition of a figure. */
export type Measure = {
  name: string;
  /** A DuckDB and Athena expression over rows of the facts. */
  sql: string;
  unit: Unit;
  /**
   * `sum`: its rows add up. `count`: distinct orders, which add up only where an order is in one row. `ratio`: a quotient of
   * other measures, which adds up nowhere. `balance`: what the row had before the day, with the changes of the day.
   */
  kind: 'sum' | 'count' | 'ratio' | 'balance';
  description: string;
  /** The rule of `metrics-cases.json` that decides it. */
  rule: string;
  /** For a `sum`: what each row of the facts adds. For a `ratio`: the measures that it divides. */
  of: string;
};

/** Whether the events of the day make the figure: their amounts sum to it. */
export const opens = ({ kind }: Measure): boolean => kind === 'sum' || kind === 'count';

type Text = Pick<Measure, 'name' | 'unit' | 'description' | 'rule'>;

/**
 * A sum is exact at any size: DuckDB adds BIGINT in 128 bits, and DECIMAL is its type in Parquet files, which write HUGEINT
 * as floating point. Otherwise one channel's large orders would stop the reports of all.
 */
const exactSum = (sql: string) => `CAST(coalesce(sum(${sql}), 0) AS DECIMAL(38, 0))`;

/** The sum of an expression over one row of the facts. */
export const sum = (text: Text, of: string): Measure => ({ ...text, kind: 'sum', of, sql: exactSum(of) });

/** The sum of a column of the facts with the same name. */
export const column = (name: FactMeasure, text: Omit<Text, 'name'>): Measure => sum({ ...text, name }, name);

/** The number of distinct orders with a row for which the condition holds. */
export const orderCount = (text: Text, condition: string): Measure => {
  const of = `CASE WHEN ${condition} THEN orderId END`;
  return { ...text, kind: 'count', of, sql: `count(DISTINCT ${of})` };
};

/** A fraction, rounded half up to a whole number; empty where the denominator is 0. */
export const ratio = (text: Text, [numerator, denominator]: [Measure, Measure], factor = 1): Measure => ({
  ...text,
  kind: 'ratio',
  of: `${numerator.name}, ${denominator.name}`,
  sql: rounded(`${factor} * (${numerator.sql})`, `(${denominator.sql})`),
});

/** Half up: also a negative numerator is rounded towards the larger number. */
const rounded = (numerator: string, denominator: string) =>
  `CAST(floor(CAST(2 * ${numerator} + ${denominator} AS DOUBLE) / nullif(2 * ${denominator}, 0)) AS BIGINT)`;
