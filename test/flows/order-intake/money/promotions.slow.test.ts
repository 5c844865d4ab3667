import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Faults } from '../../../../infra/local/faults.ts';
import { codeOf, flashPrice, putInForce, raceFor } from '../../../support/orders/promotion-races.ts';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';

/** Of the transactions that claim or release, the first and then one of so many kills its function. */
const claimsPerKill = 25;
let [claims, kills] = [0, 0];
/** Kills the function in the middle of a claim: before the transaction, or after it and before the response. */
const onCall: Faults['onCall'] = ({ call: { operation, body } }) => {
  if (operation !== 'TransactWriteItems' || !body.includes('LIMIT#')) return undefined;
  claims += 1;
  if (claims % claimsPerKill !== 1) return undefined;
  kills += 1;
  return { kind: 'crash', when: kills % 2 === 0 ? 'before' : 'after' };
};

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice({ faults: { onCall } });
});
afterAll(() => office.stop());
beforeEach(() => {
  [claims, kills] = [0, 0];
});

test.each([
  ['100 units at the flash price', flashPrice(100), 100],
  ['a code with 10 uses', codeOf(10), 10],
])(
  '%s go to exactly as many of 1,000 concurrent orders, also if functions are killed in a claim',
  async (_name, promotion, given) => {
    await putInForce(office, promotion);
    expect(await raceFor(office, promotion, 1000)).toBe(given);
    expect(kills).toBeGreaterThan(0);
  },
);
