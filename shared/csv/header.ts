import { closest } from '../input/closest.ts';
import type { Columns } from './columns.ts';
import { maxColumns } from './limits.ts';
import type { Separator } from './tokenize.ts';

type Found = { separator: Separator } | { problem: string };

const separators: readonly Separator[] = [',', ';', '\t'];
const supported = 'separate cells by commas, semicolons or tabs';

/** The separator of a file by its header line: the most frequent one outside of quotes. A comma if there is none. */
export function separatorOf(line: string): Found {
  const bare = line.replaceAll(/"[^"]*"/g, '');
  const counts = separators.map((separator) => ({ separator, count: bare.split(separator).length - 1 }));
  const [first] = counts.toSorted((a, b) => b.count - a.count);
  if (first && first.count > 0) return { separator: first.separator };
  return bare.includes('|') ? { problem: `The cells are separated by "|"; ${supported}` } : { separator: ',' };
}

/** The separator that a first line such as `sep=;` states; undefined for another line. */
export function statedSeparator(line: string): Found | undefined {
  const stated = /^"?sep=(.)"?[,;\t ]*$/iu.exec(line)?.[1];
  if (stated === undefined) return undefined;
  const separator = separators.find((each) => each === stated);
  return separator ? { separator } : { problem: `The line sep= states "${stated}"; ${supported}` };
}

/** The names of the columns as the table writes them, or why the header is invalid. Empty cells at its end do not count. */
export function headerOf(cells: readonly string[], columns: Columns): { names: string[] } | { problem: string } {
  const known = new Map(Object.keys(columns).map((name) => [name.toLowerCase(), name]));
  const last = cells.findLastIndex((cell) => cell.trim() !== '');
  const given = cells.slice(0, last + 1).map((cell) => cell.trim());
  if (given.length > maxColumns)
    return { problem: `The header has ${given.length} columns; ${maxColumns} is the most` };
  const names = given.map((name) => known.get(name.toLowerCase()) ?? name);
  const required = Object.entries(columns).flatMap(([name, { required: isRequired }]) => (isRequired ? [name] : []));
  const missing = required.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !known.has(name.toLowerCase()));
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  if (missing.length > 0) return { problem: `The header lacks ${missing.join(', ')}${hintOf(unknown)}` };
  if (unknown.length > 0)
    return { problem: `The header has unknown columns: ${quoted(unknown)}${meantBy(unknown[0] ?? '', known)}` };
  return twice.length > 0 ? { problem: `The header has a column twice: ${quoted(twice)}` } : { names };
}

const quoted = (names: readonly string[]) =>
  [...new Set(names)]
    .slice(0, 10)
    .map((name) => JSON.stringify(name.slice(0, 64)))
    .join(', ');

function meantBy(name: string, known: ReadonlyMap<string, string>): string {
  const near = closest(name, known.values());
  return near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
}

const hintOf = (unknown: readonly string[]) => (unknown.length > 0 ? `; it has ${quoted(unknown)}` : '');
