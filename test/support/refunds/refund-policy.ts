import { expect } from 'vitest';
import type { RefundPolicy } from '../../../functions/refund-approval/requests/judge.ts';
import type { BackOffice } from '../system/back-office.ts';

/** Puts a refund policy in force, whichever was. */
export async function setRefundPolicy(office: BackOffice, content: RefundPolicy): Promise<void> {
  const answer = await office.client('admin').put('/policies/refund', content, { 'if-match': '*' });
  expect(answer.status, answer.text).toBe(200);
}
