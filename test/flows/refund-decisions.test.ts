import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { withEnvironment } from '../support/edited-template.ts';
import { invoke } from '../support/fire.ts';
import { requestedRefund, stepsOf } from '../support/requested-refund.ts';
import { expectProblem } from '../support/shop.ts';
import testEvent from '../../functions/refund-approval/approvals/test-events/approve.json' with { type: 'json' };

let office: BackOffice;
beforeAll(async () => {
  // The client `admin` acts for finance: two of one department.
  office = await startBackOffice({
    cdkOut: withEnvironment('DEPARTMENTS', (text) => text.replace('"admin"', '"finance"')),
  });
});
afterAll(() => office.stop());

const decide = (path: string, by: string, decision = 'approve') =>
  office.client(by).post(`${path}/decisions`, { decision });
/** Decides in the AWS console: the saved test event, with what an administrator fills in. */
const inConsole = (given: Record<string, unknown>) =>
  invoke(office, 'refund-approval/decide.handler', { ...testEvent, ...given });

describe('over HTTP', () => {
  test('one approver within the limit is enough, and is named with department and comment', async () => {
    const { path } = await requestedRefund(office, { priceMinor: 30_000 });
    const decided = await office
      .client('service-lead')
      .post(`${path}/decisions`, { decision: 'approve', comment: 'a good customer' });
    expect(decided.status, decided.text).toBe(200);
    const by = office.credentials.clients['service-lead']?.clientId;
    expect(decided.body.approvals).toMatchObject([{ by, department: 'service-lead', comment: 'a good customer' }]);
    expect(await stepsOf(office, path)).toContain('RefundApproved');
  });

  test('who only asks, or sells, or counts stock, decides on nothing', async () => {
    const { path } = await requestedRefund(office);
    for (const by of ['service', 'storefront', 'warehouse', 'marketing'])
      expect((await decide(path, by)).status).toBe(403);
    expect(await stepsOf(office, path)).toEqual(['RefundRequested']);
  });

  test('nobody decides on their own request, but may withdraw it', async () => {
    const { path } = await requestedRefund(office, { by: 'service-lead' });
    expectProblem(await decide(path, 'service-lead'), 403, 'own-request');
    expectProblem(await decide(path, 'service-lead', 'reject'), 403, 'own-request');
    const withdrawn = await office.client('service-lead').post(`${path}/withdrawal`, { reason: 'my mistake' });
    expect(withdrawn.body.status).toBe('withdrawn');
  });

  test('above the limit of a department, another one must approve', async () => {
    const { path } = await requestedRefund(office, { priceMinor: 100_001 });
    expectProblem(await decide(path, 'service-lead'), 403, 'above-limit');
    expect((await decide(path, 'finance')).status).toBe(200);
  });

  test('a large amount takes two, who are not the same', async () => {
    const { path, refund } = await requestedRefund(office, { priceMinor: 60_000 });
    expect(refund.policy).toMatchObject({ rule: 'large-amount', approvalsNeeded: 2 });
    expect((await decide(path, 'service-lead')).body.status).toBe('pending-approval');
    const again = await decide(path, 'service-lead');
    expect([again.status, again.headers['idempotent-replayed']], again.text).toEqual([200, 'true']);
    const last = await decide(path, 'finance');
    expect(last.body.approvals).toHaveLength(2);
    expectProblem(await decide(path, 'admin'), 409, 'illegal-transition');
    expect((await decide(path, 'service-lead')).body.approvals).toHaveLength(2);
    expectProblem(await decide(path, 'service-lead', 'reject'), 409, 'illegal-transition');
  });

  test('two of one department are one', async () => {
    const { path } = await requestedRefund(office, { priceMinor: 60_000 });
    expect((await decide(path, 'finance')).body.status).toBe('pending-approval');
    expectProblem(await decide(path, 'admin'), 403, 'same-department');
    expect((await decide(path, 'service-lead')).body.approvals).toMatchObject([
      { department: 'finance' },
      { department: 'service-lead' },
    ]);
  });

  test('of 20 approvals at once, one counts', async () => {
    const { path } = await requestedRefund(office, { priceMinor: 60_000 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => decide(path, 'finance')));
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] !== 'true')).toHaveLength(1);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await office.client('admin').get(path)).body.approvals).toHaveLength(1);
  });
});

describe('in the AWS console', () => {
  test('the saved test event decides, by the same rules', async () => {
    const { refundId, path } = await requestedRefund(office, { priceMinor: 60_000 });
    const first = await inConsole({ refundId, actor: 'ada', department: 'finance' });
    expect(first).toMatchObject({ result: { status: 200, body: { status: 'pending-approval' } } });
    const refused = async (given: Record<string, unknown>) => (await inConsole({ refundId, ...given })).result;
    const again = await inConsole({ refundId, actor: 'ada', department: 'admin' });
    expect(again.result).toMatchObject({ status: 200, body: { status: 'pending-approval', approvals: [{}] } });
    expect(await refused({ actor: 'grace', department: 'finance' })).toMatchObject({
      status: 403,
      body: { type: 'same-department' },
    });
    expect(await refused({ actor: 'grace', department: 'warehouse' })).toMatchObject({
      status: 403,
      body: { type: 'no-limit' },
    });
    const service = office.credentials.clients['service']?.clientId;
    expect(await refused({ actor: service, department: 'admin' })).toMatchObject({
      status: 403,
      body: { type: 'own-request' },
    });
    const last = await inConsole({ refundId, actor: 'grace', department: 'service-lead', comment: 'seen the parcel' });
    expect(last.result.body.approvals).toMatchObject([
      { by: 'ada', department: 'finance', comment: testEvent.comment },
      { by: 'grace', department: 'service-lead', comment: 'seen the parcel' },
    ]);
    // By now it may be on its way.
    expect((await stepsOf(office, path)).slice(0, 2)).toEqual(['RefundRequested', 'RefundApproved']);
    const lost = await inConsole({ refundId: 'ref_00000000000000000000000000', actor: 'ada' });
    expect(lost.result).toMatchObject({ status: 404, body: { type: 'not-found' } });
  });

  test('an event that lacks who decides, or has more than it should, decides nothing', async () => {
    const { refundId, path } = await requestedRefund(office);
    for (const wrong of [{ actor: '' }, { decision: 'maybe' }, { refundId: 'mine' }, { amountMinor: 1 }]) {
      expect((await inConsole({ refundId, ...wrong })).failure, JSON.stringify(wrong)).toBe('Unhandled');
    }
    expect(await stepsOf(office, path)).toEqual(['RefundRequested']);
  });
});
