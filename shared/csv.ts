/** A line of a CSV file (RFC 4180). A text that a spreadsheet would run as a formula is prefixed with an apostrophe. */
export const csvLine = (cells: readonly (string | number | undefined)[]): string => `${cells.map(cell).join(',')}\n`;

function cell(value: string | number | undefined): string {
  if (typeof value !== 'string') return String(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Whether all cells of a row are blank. Such a row counts in row numbers, as in a spreadsheet, and has no result. */
export const isBlankRow = (cells: readonly string[]): boolean => cells.every((text) => text.trim() === '');
