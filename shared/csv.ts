/** A line of a CSV file. Cells are quoted where they must be, and never a formula, which a spreadsheet would run. */
export const csvLine = (cells: readonly (string | number | undefined)[]): string => `${cells.map(cell).join(',')}\n`;

function cell(value: string | number | undefined): string {
  if (typeof value !== 'string') return String(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Whether a row says nothing, such as a blank line: a spreadsheet counts it, though nobody answers it. */
export const isBlankRow = (cells: readonly string[]): boolean => cells.every((text) => text.trim() === '');
