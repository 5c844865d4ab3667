/** Regular expressions in the common syntax of JavaScript and RE2, which DuckDB uses. They apply to a text without leading apostrophes. */
export const spreadsheetPatterns = {
  /** Spreadsheets run it as a formula. */
  formula: String.raw`^[=+\-@\t\r]`,
  /** Digits with signs of numbers, dates and times, which spreadsheets show in another form: `00123`, `1E5`, `3/4`. */
  numeric: String.raw`^[0-9.,][0-9.,:/ \-]*([eE][+\-]?[0-9]+)?%?$`,
  /** Numbers and dates that survive as they are. Spreadsheets keep 15 digits. */
  plain: String.raw`^(0|[1-9][0-9]{0,14}|[0-9]{4}-[0-9]{2}-[0-9]{2})$`,
  /** A date such as `MAR1` or `4-May`. */
  month: String.raw`^(?i:[0-9]{0,4}[ /\-]?(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)[ /\-]?[0-9]{0,4})$`,
};

const [formula, numeric, plain, month] = [
  new RegExp(spreadsheetPatterns.formula),
  new RegExp(spreadsheetPatterns.numeric),
  new RegExp(spreadsheetPatterns.plain),
  new RegExp(spreadsheetPatterns.month),
];

/** Whether a spreadsheet would run the text or show another value. Leading apostrophes do not count. */
function changesInSpreadsheet(text: string): boolean {
  const bare = text.replace(/^'+/, '');
  if (formula.test(bare)) return true;
  return (numeric.test(bare) && !plain.test(bare)) || (/\d/.test(bare) && month.test(bare));
}

/** The text for a cell, prefixed with an apostrophe if a spreadsheet would change it. */
export const toSpreadsheet = (text: string): string => (changesInSpreadsheet(text) ? `'${text}` : text);

/** The text of a cell that `toSpreadsheet` wrote. */
export const fromSpreadsheet = (cell: string): string =>
  cell.startsWith("'") && changesInSpreadsheet(cell) ? cell.slice(1) : cell;
