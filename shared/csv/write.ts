import { toSpreadsheet } from './spreadsheet-text.ts';

export type Cell = string | number | undefined;

/** A line of a CSV file (RFC 4180). Texts survive a spreadsheet, and `readTable` returns them unchanged. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cellOf).join(',')}\n`;

/** First line of a CSV file. The byte order mark makes spreadsheets read UTF-8. */
export const csvHeader = (names: readonly string[]): string => `\uFEFF${csvLine(names)}`;

export const csvFile = (names: readonly string[], rows: Iterable<readonly Cell[]>): string =>
  csvHeader(names) + Array.from(rows, csvLine).join('');

/** Quotes keep blanks at the ends. */
function cellOf(value: Cell): string {
  if (typeof value !== 'string') return String(value ?? '');
  const text = toSpreadsheet(value);
  return /[",;\t\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
