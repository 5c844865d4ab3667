import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { retryWhileBusy } from '../../support/orders/order-api.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const refunds = refundDriver(() => office);
const path = '/policies/refund';
const getPolicy = () => office.client('finance').get(path);
const putPolicy = (content: unknown, etag?: string, by = 'finance') =>
  office.client(by).put(path, content, etag === undefined ? {} : { 'if-match': etag });
const withFinanceLimit = (finance: number) => ({ ...defaultPolicy, limits: { ...defaultPolicy.limits, finance } });
const getVersions = async (query = '') => {
  const response = await office.client('admin').get(`${path}/versions${query}`);
  expect(response.status, response.text).toBe(200);
  return { ...response.body, numbers: response.body.versions.map(({ version }: { version: number }) => version) };
};

test('a policy change needs the version that was read, every version is kept, and open requests keep their version', async () => {
  const before = await getPolicy();
  expect([before.headers.etag, before.body]).toEqual(['"0"', defaultPolicy]);
  expect((await getVersions()).numbers).toEqual([]);
  const { path: open } = await refunds.requestedRefund();

  const approveAll = { ...defaultPolicy, rules: [{ rule: 'trust', when: {}, decision: 'approve' }] };
  const first = await putPolicy(approveAll);
  expect([first.status, first.headers.etag]).toEqual([200, '"1"']);
  expect((await putPolicy(approveAll)).headers.etag).toBe('"1"');
  expectProblem(await putPolicy(withFinanceLimit(1)), 428, 'precondition-required');
  expectProblem(await putPolicy(withFinanceLimit(1), '"0"'), 412, 'precondition-failed');

  const { refund } = await refunds.requestedRefund();
  expect(refund).toMatchObject({ policy: { rule: 'trust', version: 1, approvalsNeeded: 0 } });
  expect(await refunds.read(open)).toMatchObject({
    status: 'pending-approval',
    policy: { rule: 'any', version: 0, approvalsNeeded: 1 },
  });

  const changes = await Promise.all(
    Array.from({ length: 10 }, (_, index) => retryWhileBusy(() => putPolicy(withFinanceLimit(index + 1), '"1"'))),
  );
  const countOf = (expected: number) => changes.filter(({ status }) => status === expected).length;
  expect([countOf(200), countOf(412)]).toEqual([1, 9]);
  const { versions, numbers } = await getVersions();
  expect(numbers).toEqual([2, 1]);
  expect(versions[1]).toMatchObject({ by: office.credentials.clients['finance']?.clientId, from: expect.any(String) });
  expect(versions[1].content).toEqual(approveAll);
  expect(versions[0].content).toEqual((await getPolicy()).body);
  const newest = await getVersions('?limit=1');
  const next = await getVersions(`?limit=1&cursor=${newest.cursor}`);
  expect([newest.numbers, next.numbers]).toEqual([[2], [1]]);
  expectProblem(await office.client('admin').get(`${path}/versions?cursor=${newest.cursor}x`), 400);

  await office.settled();
  const published = (await office.lake.events('RefundPolicyChanged')).map(({ detail }) => detail.data);
  expect(published).toHaveLength(2);
  expect(published).toContainEqual({ version: 1, by: versions[1].by, isLooser: true, content: approveAll });
});

test.each<[string, object, string]>([
  [
    'an unknown condition',
    { rules: [{ rule: 'any', when: { moon: 'full' }, decision: 'approve' }] },
    '/rules/0/when/moon',
  ],
  ['a negative limit', { limits: { finance: -1 } }, '/limits/finance'],
])('a policy with %s is refused with the position of the error', async (_case, part, pointer) => {
  const { etag } = (await getPolicy()).headers;
  const refused = await putPolicy({ ...defaultPolicy, ...part }, String(etag));
  expectProblem(refused, 422, 'invalid-content');
  expect(refused.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  expect((await getPolicy()).headers.etag).toBe(etag);
});

test('only clients with the policy scopes read or change the policy', async () => {
  for (const name of ['service', 'storefront']) expect((await office.client(name).get(path)).status).toBe(403);
  expect((await office.client('service-lead').get(path)).status).toBe(200);
  for (const name of ['service', 'service-lead']) expect((await putPolicy(defaultPolicy, '*', name)).status).toBe(403);
});

test('one client with all scopes cannot make the policy looser, pay itself and set the policy back', async () => {
  await refunds.setPolicy({ ...defaultPolicy, rules: [{ rule: 'any', when: {}, decision: 'two-approvers' }] });
  const before = (await getPolicy()).body;
  const approveAll = { ...defaultPolicy, rules: [{ rule: 'any', when: {}, decision: 'approve' }] };
  const asked = await putPolicy(approveAll, '*', 'admin');
  expect([asked.status, asked.body.status, (await getPolicy()).body]).toEqual([202, 'pending-approval', before]);
  const decide = (by: string) =>
    office.client(by).post(`${String(asked.headers.location)}/decisions`, { decision: 'approve' });
  expectProblem(await decide('admin'), 403, 'own-change');
  const own = { by: 'admin', priceMinor: 60_000 };
  expect((await refunds.requestedRefund(own)).refund.status).toBe('pending-approval');
  expect((await decide('finance')).body.status).toBe('approved');
  expect((await refunds.requestedRefund(own)).refund).toMatchObject({ policy: { approvalsNeeded: 2 } });
  expect((await refunds.requestedRefund({ priceMinor: 60_000 })).refund.policy.approvalsNeeded).toBe(0);
  const { changes } = (await office.client('finance').get(`${path}/changes`)).body;
  expect(changes[0]).toMatchObject({ requestedBy: expect.any(String), status: 'approved', looser: ['rules'] });
});

test('only departments with a limit in the policy in force can approve', async () => {
  await refunds.setPolicy({ ...defaultPolicy, limits: { finance: 40_000 } });
  const { path: refund } = await refunds.requestedRefund();
  expectProblem(await refunds.decide(refund, 'service-lead'), 403, 'no-limit');
  expect((await refunds.decide(refund)).body.approvals).toMatchObject([{ department: 'finance' }]);
  const { orderId } = await refunds.paidOrder();
  expect((await refunds.refundable(orderId)).policy).toMatchObject({
    rule: 'small-amount',
    decision: 'approve',
    approvalsNeeded: 0,
  });
});
