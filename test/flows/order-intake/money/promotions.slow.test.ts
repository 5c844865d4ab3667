import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, flashPrice, putInForce, raceFor } from '../../../support/orders/promotion-races.ts';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

test.each([
  ['100 units at the flash price', flashPrice(100), 100],
  ['a code with 10 uses', codeOf(10), 10],
])('%s go to exactly as many of 1,000 concurrent orders', async (_name, promotion, given) => {
  await putInForce(office, promotion);
  expect(await raceFor(office, promotion, 1000)).toBe(given);
});
