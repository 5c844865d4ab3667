import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { assemble } from '../../infra/assembly.ts';
import { readCases } from '../support/promotions/case-file.ts';
import { startCasesOffice } from './cases-office.ts';
import { runCase } from './run-case.ts';

const usage = 'npm run cases -- promotions <file.json> [case id …]';
const File = z.object({ written: z.iso.date().optional() });

const [kind, path, ...wanted] = process.argv.slice(2);
if (kind !== 'promotions' || path === undefined) {
  console.error(usage);
  process.exitCode = 1;
} else {
  process.exitCode = (await runFile(path, new Set(wanted))) ? 0 : 1;
}

/** Runs a file of cases through a back office of its own, and prints each difference. */
async function runFile(file: string, ids: ReadonlySet<string>): Promise<boolean> {
  const all = readCases(file);
  const unknown = [...ids].filter((wanted) => !all.some(({ id }) => id === wanted));
  if (unknown.length > 0 || all.length === 0) {
    console.error(`${file} has no case ${unknown.join(', ')}`.trimEnd());
    return false;
  }
  const cases = all.filter(({ id }) => ids.size === 0 || ids.has(id));
  const { written } = File.parse(JSON.parse(readFileSync(file, 'utf8')));
  const root = join(import.meta.dirname, '../..');
  const cdkOut = await assemble({ root, log: (line) => console.error(line) });
  const office = await startCasesOffice(
    cdkOut,
    written === undefined ? Date.now() : Date.parse(`${written}T12:00:00Z`),
  );
  let failed = 0;
  try {
    for (const [index, each] of cases.entries()) {
      const found = await runCase(office, each, `C${index + 1}`);
      console.log(`${found.length === 0 ? 'ok  ' : 'FAIL'} ${each.id} ${each.title}`);
      for (const difference of found) console.log(`       ${difference}`);
      failed += found.length === 0 ? 0 : 1;
    }
  } finally {
    await office.stop();
  }
  console.log(`${cases.length - failed} of ${cases.length} cases have the expected results`);
  return failed === 0;
}
