import { spreadsheetPatterns } from '../../csv/spreadsheet-text.ts';
import { literal } from '../../lake/sql.ts';
import type { Column } from '../report-columns.ts';

/** A report as a query. `orderBy` is a total order, so that the same events give the same bytes. */
export type Report = {
  name: string;
  columns: readonly Column[];
  /** The table or the query of its rows. */
  from: { table: string } | { sql: string };
  orderBy: string;
  /** Columns that identify a row of a list. Rows of other reports are identified by their texts. */
  rowId?: readonly string[];
  /** Whether each order counts in one row only, so that the orders of the rows add up. */
  countsOrders: boolean;
  /** @default both */
  formats?: readonly ('csv' | 'parquet')[];
  /** The sums of the manifest as SQL. @default the sum of each column of numbers */
  sums?: Record<string, string>;
};

/** A list of columns as SQL. */
export const figuresOf = (measures: Record<string, string>) =>
  Object.entries(measures)
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ');

/** Spreadsheets need a byte order mark to read UTF-8. */
const byteOrderMark = '\uFEFF';
export const csvHeader = ({ columns }: Pick<Report, 'columns'>) =>
  `${byteOrderMark}${columns.map(({ name }) => name).join(',')}\r\n`;

/** A cell as `csvLine` writes it. The name of the first column starts with a byte order mark, for spreadsheets. */
export function csvCell({ name, type }: Column, index: number): string {
  const quoted = `"${name}"`;
  const cell = type === 'text' ? spreadsheetCell(quoted) : quoted;
  return `${cell} AS "${index === 0 ? byteOrderMark : ''}${name}"`;
}

/** SQL for `toSpreadsheet` of a column. */
function spreadsheetCell(name: string): string {
  const matches = (pattern: string) => `regexp_matches(ltrim(${name}, ''''), ${literal(pattern)})`;
  const { formula, numeric, plain, month } = spreadsheetPatterns;
  const isNumeric = `(${matches(numeric)} AND NOT ${matches(plain)})`;
  const isMonth = `(${matches('[0-9]')} AND ${matches(month)})`;
  return `CASE WHEN ${matches(formula)} OR ${isNumeric} OR ${isMonth} THEN '''' || ${name} ELSE ${name} END`;
}
