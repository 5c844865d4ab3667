import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Columns } from '../../../shared/csv/columns.ts';
import { csvHeader, csvLine } from '../../../shared/csv/write.ts';
import type { Exported } from './export-lines.ts';

/** Writes the lines of a kind of file to `path`, page by page; returns the number of rows. */
export async function writeExport<L>({ columns, pages }: Exported<L>, path: string): Promise<number> {
  const file = createWriteStream(path);
  const write = async (text: string) => {
    if (!file.write(text)) await once(file, 'drain');
  };
  await write(csvHeader(Object.keys(columns)));
  const cells = Object.values<Columns<L>[string]>(columns);
  let rows = 0;
  for await (const lines of pages) {
    rows += lines.length;
    await write(lines.map((line) => csvLine(cells.map((column) => column.write?.(line)))).join(''));
  }
  file.end();
  await finished(file);
  return rows;
}
