import { expect, test } from 'vitest';
import { sweepPayouts } from '../../../functions/refund-approval/payouts/payout-sweep.ts';
import type { RefundStore } from '../../../functions/refund-approval/refund/store.ts';
import { aCause } from '../../support/builders.ts';

const page = (ids: string[], last?: string) => ({ refunds: ids.map((refundId) => ({ refundId })), last });
const find = ((_index: unknown, _status: unknown, before: string | undefined) =>
  Promise.resolve(before === undefined ? page(['0', '1'], 'next') : page(['2']))) as unknown as RefundStore['find'];

test.each(['0', '1', '2'])('a payout that fails (refund %s) delays no other, also not of later pages', async (bad) => {
  const paid: string[] = [];
  const sweep = sweepPayouts({ find }, (refundId) => {
    if (refundId === bad) return Promise.reject(new TypeError('An item does not parse'));
    paid.push(refundId);
    return Promise.resolve();
  });
  await expect(sweep(aCause())).rejects.toThrow('1 refunds have open payouts');
  expect(paid.toSorted()).toEqual(['0', '1', '2'].filter((id) => id !== bad));
});
