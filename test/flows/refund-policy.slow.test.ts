import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultPolicy } from '../../functions/refund-approval/policy/default-policy.ts';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { patiently } from '../support/life.ts';
import { capturedOrder, requestedRefund } from '../support/requested-refund.ts';
import { expectProblem } from '../support/shop.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const path = '/policies/refund';
const read = () => office.client('finance').get(path);
const put = (content: unknown, etag?: string, by = 'finance') =>
  office.client(by).put(path, content, etag === undefined ? {} : { 'if-match': etag });
const withLimit = (finance: number) => ({ ...defaultPolicy, limits: { ...defaultPolicy.limits, finance } });
const numbersOf = async (query = '') => {
  const answer = await office.client('admin').get(`${path}/versions${query}`);
  expect(answer.status, answer.text).toBe(200);
  return { ...answer.body, numbers: answer.body.versions.map(({ version }: { version: number }) => version) };
};

test('a policy is changed on the version that was read, each version is kept, and what waits keeps its own', async () => {
  const before = await read();
  expect([before.headers.etag, before.body]).toEqual(['"0"', defaultPolicy]);
  expect((await numbersOf()).numbers).toEqual([]);
  const { path: waiting } = await requestedRefund(office, { priceMinor: 30_000 });

  const everythingAtOnce = { ...defaultPolicy, rules: [{ rule: 'trust', when: {}, decision: 'approve' }] };
  const first = await put(everythingAtOnce);
  expect([first.status, first.headers.etag]).toEqual([200, '"1"']);
  expect((await put(everythingAtOnce)).headers.etag).toBe('"1"');
  expectProblem(await put(withLimit(1)), 428, 'precondition-required');
  expectProblem(await put(withLimit(1), '"0"'), 412, 'precondition-failed');

  const { refund } = await requestedRefund(office, { priceMinor: 30_000 });
  expect(refund).toMatchObject({ policy: { rule: 'trust', version: 1, approvalsNeeded: 0 } });
  expect((await office.client('admin').get(waiting)).body).toMatchObject({
    status: 'pending-approval',
    policy: { rule: 'any', version: 0, approvalsNeeded: 1 },
  });

  const changes = await Promise.all(
    Array.from({ length: 10 }, (_, index) => patiently(() => put(withLimit(index + 1), '"1"'))),
  );
  const countOf = (wanted: number) => changes.filter(({ status }) => status === wanted).length;
  expect([countOf(200), countOf(412)]).toEqual([1, 9]);
  const { versions, numbers } = await numbersOf();
  expect(numbers).toEqual([2, 1]);
  expect(versions[1]).toMatchObject({ by: office.credentials.clients['finance']?.clientId, from: expect.any(String) });
  expect(versions[1].content).toEqual(everythingAtOnce);
  expect(versions[0].content).toEqual((await read()).body);
  const newest = await numbersOf('?limit=1');
  const next = await numbersOf(`?limit=1&cursor=${newest.cursor}`);
  expect([newest.numbers, next.numbers]).toEqual([[2], [1]]);
  expectProblem(await office.client('admin').get(`${path}/versions?cursor=${newest.cursor}x`), 400);

  await office.settled();
  const told = (await office.lake.events('RefundPolicyChanged')).map(({ detail }) => detail.data);
  expect(told).toHaveLength(2);
  expect(told).toContainEqual({ version: 1, by: versions[1].by, content: everythingAtOnce });
});

test.each<[string, unknown, string]>([
  ['a rule of the same name', { rules: [...defaultPolicy.rules, ...defaultPolicy.rules] }, '/rules'],
  ['no rule for the rest', { rules: defaultPolicy.rules.slice(0, -1) }, '/rules'],
  [
    'an unknown condition',
    { rules: [{ rule: 'any', when: { moon: 'full' }, decision: 'approve' }] },
    '/rules/0/when/moon',
  ],
  ['a limit below nothing', { limits: { finance: -1 } }, '/limits/finance'],
  ['an end before the reminder', { waiting: { ...defaultPolicy.waiting, expireAfterHours: 1 } }, '/waiting'],
  [
    'a last resort that may not approve',
    { waiting: { ...defaultPolicy.waiting, escalateTo: 'nobody' } },
    '/waiting/escalateTo',
  ],
  ['a field that is not one', { colour: 'red' }, '/colour'],
])('a policy with %s is refused, and says where', async (_name, part, pointer) => {
  const { etag } = (await read()).headers;
  const refused = await put({ ...defaultPolicy, ...(part as object) }, String(etag));
  expectProblem(refused, 422, 'invalid-content');
  expect(refused.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  expect((await read()).headers.etag).toBe(etag);
});

test('only those who may read and change the policy do', async () => {
  for (const name of ['service', 'storefront']) expect((await office.client(name).get(path)).status).toBe(403);
  expect((await office.client('service-lead').get(path)).status).toBe(200);
  for (const name of ['service', 'service-lead']) expect((await put(defaultPolicy, '*', name)).status).toBe(403);
});

test('only departments of the policy in force may approve', async () => {
  const leadless = { ...defaultPolicy, limits: { finance: 40_000 } };
  expect((await put(leadless, '*')).status).toBe(200);
  const { path: refund } = await requestedRefund(office, { priceMinor: 30_000 });
  const decide = (by: string) => office.client(by).post(`${refund}/decisions`, { decision: 'approve' });
  expectProblem(await decide('service-lead'), 403, 'no-limit');
  expect((await decide('finance')).body.approvals).toMatchObject([{ department: 'finance' }]);
  const { orderId } = await capturedOrder(office);
  const asked = await office.client('admin').get(`/orders/${orderId}/refundable`);
  expect(asked.body.policy).toMatchObject({ rule: 'small-amount', decision: 'approve', approvalsNeeded: 0 });
});
