import { expect } from 'vitest';
import type { RefundPolicy } from '../../functions/refund-approval/policy.ts';
import type { BackOffice } from './back-office.ts';

/** Puts a refund policy in force, as an administrator does. */
export async function setRefundPolicy(office: BackOffice, content: RefundPolicy): Promise<void> {
  const admin = office.client('admin');
  const { headers } = await admin.get('/policies/refund');
  const put = await admin.put('/policies/refund', content, { 'if-match': String(headers['etag']) });
  expect(put.status, put.text).toBe(200);
}
