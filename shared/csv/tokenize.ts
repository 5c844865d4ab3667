import { maxRowLength } from './limits.ts';
import { fromSpreadsheet } from './spreadsheet-text.ts';

export type Separator = ',' | ';' | '\t';

/**
 * The cells of a row. `problem` is why the row cannot be used; its cells are only hints then. `isLast` if no row after it
 * can be found, because a quote is open.
 */
export type Tokens = { cells: string[]; problem?: string; isLast?: true };

type Parsed = Tokens & { end: number };

const tooLong = `The row is longer than ${maxRowLength} characters`;

/**
 * Splits text into rows (RFC 4180). Unquoted cells are trimmed. After a row with a quote in a wrong place reading continues
 * with the next line, if the row is one line: otherwise text of a cell could be taken for a row.
 */
export function createTokenizer(separator: Separator) {
  let text = '';
  let isSkipping = false;
  let isDone = false;

  function take(isEnd: boolean): Tokens[] {
    const rows: Tokens[] = [];
    let at = 0;
    while (at < text.length && !isDone) {
      if (isSkipping) {
        const rest = /^[^\r\n]*(\r\n|\n|\r(?!$)|$)/.exec(text.slice(at));
        at += rest?.[0].length ?? 0;
        isSkipping = rest?.[1] === '';
        if (isSkipping) break;
        continue;
      }
      const parsed = parseRow(text, at, separator, isEnd);
      const isLong = (parsed?.end ?? text.length) - at > maxRowLength + lineEndLength;
      const found = isLong ? longRow(text, at, separator) : parsed;
      if (!found) break;
      rows.push(tokensOf(found));
      at = found.end;
      isDone = found.isLast === true;
      isSkipping = isLong;
    }
    text = isDone ? '' : text.slice(at);
    return rows;
  }

  return {
    write(more: string): Tokens[] {
      text += more;
      return isDone ? [] : take(false);
    },
    end: (): Tokens[] => (isDone ? [] : take(true)),
  };
}

const lineEndLength = 2;

/** A row over the limit, judged by its start so that the result does not depend on the chunks of the file. */
function longRow(text: string, start: number, separator: Separator): Parsed {
  const { cells, isLast, problem } = parseRow(text.slice(start, start + maxRowLength), 0, separator, true) ?? noCells;
  const end = start + maxRowLength;
  return isLast ? { cells, isLast, end, problem: problem ?? tooLong } : { cells, problem: tooLong, end };
}
const noCells: Tokens = { cells: [] };

const tokensOf = ({ end: _end, ...tokens }: Parsed): Tokens => tokens;

/** The row that starts at `start`; undefined if more text is needed. */
function parseRow(text: string, start: number, separator: Separator, isEnd: boolean): Parsed | undefined {
  const cells: string[] = [];
  let problem: string | undefined;
  let at = start;
  for (;;) {
    const cell = parseCell(text, at, separator);
    if (cell.isOpen) {
      if (!isEnd) return undefined;
      return {
        cells: hintsOf(text.slice(start), separator),
        problem: openQuote(cells.length + 1),
        isLast: true,
        end: text.length,
      };
    }
    cells.push(cell.value);
    if (cell.problem !== undefined) problem ??= `Cell ${cells.length} ${cell.problem}`;
    at = cell.end;
    if (text[at] !== separator) break;
    at += 1;
  }
  // More text may double a quote, or complete a cell or a line end.
  if (!isEnd && (at >= text.length || (text[at] === '\r' && at + 1 === text.length))) return undefined;
  const row = text.slice(start, at);
  const end = text.startsWith('\r\n', at) ? at + 2 : at + 1;
  if (problem !== undefined) {
    const isLast = /[\r\n]/.test(row) && { isLast: true as const };
    return { cells: hintsOf(row, separator), problem, end, ...isLast };
  }
  return { cells, end };
}

const openQuote = (cell: number) => `Cell ${cell} opens a quote that is not closed within ${maxRowLength} characters`;

type ParsedCell = { value: string; end: number; problem?: string; isOpen?: true };

function parseCell(text: string, start: number, separator: Separator): ParsedCell {
  let open = start;
  while (text[open] === ' ') open += 1;
  if (text[open] === '"') return parseQuoted(text, open, separator);
  const end = stopAfter(text, start, separator);
  const value = fromSpreadsheet(text.slice(start, end).trim());
  return value.includes('"')
    ? {
        value,
        end,
        problem: 'has a quote but does not start with one; put the cell in quotes and double each quote in it',
      }
    : { value, end };
}

function parseQuoted(text: string, open: number, separator: Separator): ParsedCell {
  let value = '';
  let from = open + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return { value: '', end: text.length, isOpen: true };
    value += text.slice(from, quote);
    from = quote + 2;
    if (text[quote + 1] !== '"') {
      const end = stopAfter(text, quote + 1, separator);
      const hasText = text.slice(quote + 1, end).trim() !== '';
      const problem = 'has text after its closing quote; double each quote in the cell';
      return { value: fromSpreadsheet(value), end, ...(hasText && { problem }) };
    }
    value += '"';
  }
}

const stops: Record<Separator, RegExp> = { ',': /[,\r\n]/g, ';': /[;\r\n]/g, '\t': /[\t\r\n]/g };

/** Position of the next separator or line end; the length of the text if there is none. */
function stopAfter(text: string, start: number, separator: Separator): number {
  const stop = stops[separator];
  stop.lastIndex = start;
  return stop.exec(text)?.index ?? text.length;
}

/** Texts of a broken row that may be its cells. */
const hintsOf = (row: string, separator: Separator): string[] =>
  row
    .slice(0, maxRowLength)
    .split(separator)
    .map((cell) => fromSpreadsheet(cell.replaceAll('"', '').trim()));
