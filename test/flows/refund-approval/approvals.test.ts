import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { withEnvironment } from '../../support/system/edited-template.ts';
import { expectProblem } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  // The client `admin` belongs to finance, so that two approvers share a department.
  office = await startBackOffice({
    cdkOut: withEnvironment('DEPARTMENTS', (text) => text.replace('"admin"', '"finance"')),
  });
});
afterAll(() => office.stop());

const refunds = refundDriver(() => office);
describe('over HTTP', () => {
  test('one approval within the limit is sufficient, and the refund names the approver, department and comment', async () => {
    const { path } = await refunds.requestedRefund();
    const decided = await refunds.decide(path, 'service-lead', 'approve', 'a good customer');
    expect(decided.status, decided.text).toBe(200);
    const by = office.credentials.clients['service-lead']?.clientId;
    expect(decided.body.approvals).toMatchObject([{ by, department: 'service-lead', comment: 'a good customer' }]);
    expect(await refunds.timeline(path)).toContain('RefundApproved');
  });

  test('clients of service, sales, the warehouse and marketing cannot approve', async () => {
    const { path } = await refunds.requestedRefund();
    for (const by of ['service', 'storefront', 'warehouse', 'marketing'])
      expect((await refunds.decide(path, by)).status).toBe(403);
    expect(await refunds.timeline(path)).toEqual(['RefundRequested']);
  });

  test('requesters cannot decide on their own request but can withdraw it', async () => {
    const { path } = await refunds.requestedRefund({ by: 'service-lead' });
    expectProblem(await refunds.decide(path, 'service-lead'), 403, 'own-request');
    expectProblem(await refunds.decide(path, 'service-lead', 'reject'), 403, 'own-request');
    expect((await refunds.withdraw(path, 'my mistake', 'service-lead')).body.status).toBe('withdrawn');
  });

  test('an amount above the limit of one department needs another department', async () => {
    const { path } = await refunds.requestedRefund({ priceMinor: 100_001 });
    expectProblem(await refunds.decide(path, 'service-lead'), 403, 'above-limit');
    expect((await refunds.decide(path)).status).toBe(200);
  });

  test('a large amount needs approvals from two departments, and a repeated approval is a replay', async () => {
    const { path, refund } = await refunds.requestedRefund({ priceMinor: 90_000 });
    expect(refund).toMatchObject({
      status: 'pending-approval',
      policy: { rule: 'large-amount', approvalsNeeded: 2 },
    });
    const first = await refunds.decide(path, 'service-lead', 'approve', 'checked');
    expect(first.body, first.text).toMatchObject({
      status: 'pending-approval',
      approvals: [{ department: 'service-lead' }],
    });
    const again = await refunds.decide(path, 'service-lead', 'approve', 'checked');
    expect([again.status, again.headers['idempotent-replayed']], again.text).toEqual([200, 'true']);
    const last = await refunds.decide(path, 'finance', 'approve', 'seen the parcel');
    expect(last.body, last.text).toMatchObject({
      status: 'approved',
      approvals: [
        { decision: 'approve', by: expect.any(String), at: expect.any(String), comment: 'checked' },
        { decision: 'approve', department: 'finance', comment: 'seen the parcel' },
      ],
    });
    expectProblem(await refunds.decide(path, 'admin'), 409, 'illegal-transition');
    expect((await refunds.decide(path, 'service-lead')).body.approvals).toHaveLength(2);
    expectProblem(await refunds.decide(path, 'service-lead', 'reject'), 409, 'illegal-transition');
    expect((await refunds.timeline(path)).slice(0, 2)).toEqual(['RefundRequested', 'RefundApproved']);
  });

  test('two approvals from one department count once', async () => {
    const { path } = await refunds.requestedRefund({ priceMinor: 60_000 });
    expect((await refunds.decide(path)).body.status).toBe('pending-approval');
    expectProblem(await refunds.decide(path, 'admin'), 403, 'same-department');
    expect((await refunds.decide(path, 'service-lead')).body.approvals).toMatchObject([
      { department: 'finance' },
      { department: 'service-lead' },
    ]);
  });

  test('20 concurrent approvals of one approver count once', async () => {
    const { path } = await refunds.requestedRefund({ priceMinor: 60_000 });
    const responses = await Promise.all(Array.from({ length: 20 }, () => refunds.decide(path)));
    expect(responses.filter(({ headers }) => headers['idempotent-replayed'] !== 'true')).toHaveLength(1);
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect((await refunds.read(path)).approvals).toHaveLength(1);
  });
});

describe('by people', () => {
  const approve = { decision: 'approve', comment: 'checked' };
  const decisions = (path: string) => `${path}/decisions`;

  test('of two departments approve a large amount; the refund names them, their departments and addresses', async () => {
    const { path } = await refunds.requestedRefund({ priceMinor: 60_000 });
    const lea = office.person(['service-lead']);
    const fin = office.person(['finance', 'marketing']);
    expect((await lea.post(decisions(path), approve)).body).toMatchObject({ status: 'pending-approval' });
    const last = await fin.post(decisions(path), approve);
    expect(last.body, last.text).toMatchObject({
      status: 'approved',
      approvals: [
        { by: lea.subject, department: 'service-lead' },
        { by: fin.subject, department: 'finance' },
      ],
    });
  });

  test('one person is one person: in two sessions, in two departments, with a machine’s secret, or with typed names', async () => {
    const { path } = await refunds.requestedRefund({ priceMinor: 60_000 });
    const lea = office.person(['service-lead']);
    expect((await lea.post(decisions(path), approve)).status).toBe(200);
    const attempts = {
      'a second session': await office.person(['service-lead'], lea.subject).post(decisions(path), approve),
      'another department': await office.person(['finance'], lea.subject).post(decisions(path), approve),
      'two departments': await office.person(['finance', 'service-lead'], lea.subject).post(decisions(path), approve),
      'the same request': await lea.post(decisions(path), approve),
    };
    for (const [how, { status, headers, body }] of Object.entries(attempts)) {
      expect([how, status, headers['idempotent-replayed']]).toEqual([how, 200, 'true']);
      expect([how, body.status, body.approvals.length]).toEqual([how, 'pending-approval', 1]);
    }
    const typed = { ...approve, actor: 'ada', by: 'ada', department: 'finance' };
    expect((await lea.post(decisions(path), typed)).body.approvals ?? [{ by: lea.subject }]).toMatchObject([
      { by: lea.subject },
    ]);
    const machine = await refunds.decide(path, 'finance');
    expect([machine.status, machine.body.status], machine.text).toEqual([200, 'pending-approval']);
    const colleague = office.person(['finance']);
    expect((await colleague.post(decisions(path), approve)).body).toMatchObject({ status: 'approved' });
  });

  test('a person of another department without a limit, or of no department, cannot approve', async () => {
    const { path } = await refunds.requestedRefund();
    for (const groups of [['service'], ['warehouse'], ['marketing'], ['board'], []]) {
      expect([groups, (await office.person(groups).post(decisions(path), approve)).status]).toEqual([groups, 403]);
    }
    expect(await refunds.timeline(path)).toEqual(['RefundRequested']);
  });

  test('a person cannot approve their own request, also from another session', async () => {
    const sam = office.person(['service-lead']);
    const { orderId } = await refunds.paidOrder({ priceMinor: 30_000 });
    const lines = [{ lineId: 'line-1', quantity: 1 }];
    const request = { requestId: 'sam-1', orderId, reason: 'changed-mind', lines };
    const { body, text } = await sam.post('/refunds', request);
    expect(body, text).toMatchObject({ requestedBy: sam.subject });
    const path = `/refunds/${body.refundId}`;
    const again = office.person(['finance'], sam.subject);
    expectProblem(await again.post(decisions(path), approve), 403, 'own-request');
  });
});
