import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type CasesOffice, startCasesOffice } from '../../cases/cases-office.ts';
import { runCase } from '../../cases/run-case.ts';
import { readCases } from '../../support/promotions/case-file.ts';
import { repetitions } from '../../support/repetitions.ts';

const casesOf = (name: string) => readCases(join(import.meta.dirname, '../../data', name));
const own = casesOf('own-promotion-cases.json');
/** Every case of our own, or a share of them from all over the file. */
const share = Array.from(
  { length: repetitions(own.length) },
  (_, index) => own[Math.floor((index * own.length) / repetitions(own.length))],
).filter((each) => each !== undefined);
/** Whole sets, member prices, codes with shipping, and an order that is cancelled in parts. */
const given = casesOf('promotion-cases.json').filter(({ id }) => ['P12', 'P21', 'P27', 'P37'].includes(id));
const cases = [...given, ...share].map((each) => [each.id, each.title, each] as const);

let office: CasesOffice;
beforeAll(async () => {
  office = await startCasesOffice(inject('cdkOut'), Date.parse('2026-11-30T12:00:00Z'));
});
afterAll(() => office.stop());

test.each(cases)('%s %s', async (id, _title, each) => {
  expect(await runCase(office, each, `C${id}`)).toEqual([]);
});
