/** `ratio` columns may be empty and do not add up. */
export type Column = { name: string; type: 'text' | 'number' | 'ratio' | 'time' };

/** A report as a query. `orderBy` is a total order, so that the same events give the same bytes. */
export type Report = {
  name: string;
  columns: Column[];
  /** The table or the query of its rows. */
  from: { table: string } | { sql: string };
  orderBy: string;
  /** Whether each order counts in one row only, so that the orders of the rows add up. */
  countsOrders: boolean;
  /** @default both */
  formats?: readonly ('csv' | 'parquet')[];
  /** The sums of the manifest as SQL. @default the sum of each column of numbers */
  sums?: Record<string, string>;
};

export const text = (name: string): Column => ({ name, type: 'text' });
export const number = (name: string): Column => ({ name, type: 'number' });
export const ratio = (name: string): Column => ({ name, type: 'ratio' });

/** A list of columns as SQL. */
export const figuresOf = (measures: Record<string, string>) =>
  Object.entries(measures)
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ');
