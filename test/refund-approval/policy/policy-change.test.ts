import { beforeEach, describe, expect, test } from 'vitest';
import { decisionApi } from '../../../functions/refund-approval/approvals/decision-api.ts';
import { policyChangeApi } from '../../../functions/refund-approval/policy/change-api.ts';
import { createPolicyChangeStore } from '../../../functions/refund-approval/policy/change-store.ts';
import { policyApi } from '../../../functions/refund-approval/policy/policy-api.ts';
import { createPolicyStore } from '../../../functions/refund-approval/refund/policy-store.ts';
import { policyKey } from '../../../functions/refund-approval/refund/refund-keys.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { requestApi } from '../../../functions/refund-approval/requests/request-api.ts';
import { createRequestStore } from '../../../functions/refund-approval/requests/request-store.ts';
import type { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { refundOverpayment } from '../../../functions/refund-approval/overpayments/overpayment.ts';
import { request } from '../../../functions/refund-approval/requests/decide.ts';
import { readOffer } from '../../../shared/catalog/offer-store.ts';
import * as changeRoutes from '../../../shared/contracts/refunds/policy-change-routes.ts';
import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import * as policyRoutes from '../../../shared/contracts/refunds/policy-routes.ts';
import * as routes from '../../../shared/contracts/refunds/routes.ts';
import { orderIdOf, refundIdOf } from '../../../shared/ids.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { cursors } from '../../support/cursors.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { channels } from '../../support/environment.ts';
import { anOrderSnapshot } from '../../support/refunds/refund-builders.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForEach();
const hour = 3_600_000;
const policies = createPolicyStore(database.db, tables.REFUND_TABLE_NAME);
const changes = createPolicyChangeStore(database.db, tables.REFUND_TABLE_NAME);
const settings = { authorWatchHours: 72, changeExpiresHours: 168 };
const policy = policyApi({ store: policies, changes, cursors }, settings);
const change = policyChangeApi({ store: policies, changes, cursors }, settings.authorWatchHours);
const store = createRequestStore(database.db, tables);
const requests = requestApi(store, channels, () => '2027-04-01T00:00:00.000Z', readOffer(database.db, tables));
const decisions = decisionApi({ store, policies }, { admin: 'admin', finance: 'finance', lead: 'service-lead' });

let now = noon;
beforeEach(() => {
  now = noon;
});
const causeOf = (actor: string) => aCause({ actor, now });
const put = (by: string, content: RefundPolicy, ifMatch = '*') =>
  policy.putRefundPolicy(
    aRequest(policyRoutes.putRefundPolicy, { body: content, headers: { 'if-match': ifMatch }, cause: causeOf(by) }, by),
  );
const idOf = ({ headers }: { headers?: Record<string, string> }) => headers?.['location']?.split('/').at(-1) ?? '';
const decide = (by: string, changeId: string, decision: 'approve' | 'reject' = 'approve') =>
  change.decideRefundPolicyChange(
    aRequest(
      changeRoutes.decideRefundPolicyChange,
      { params: { changeId }, body: { decision }, cause: causeOf(by) },
      by,
    ),
  );
const inForce = async () => (await policies.current()).content;

const writeOrder = (order: OrderSnapshot) =>
  database.db.send(
    new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item: { ...order, ...orderKey(order.orderId) } }),
  );
let orders = 0;
/** Requests a refund of 600.00 of a paid order. */
async function requestRefund(by: string) {
  const externalOrderId = `order-${(orders += 1)}`;
  const orderId = orderIdOf('storefront', externalOrderId);
  const order = anOrderSnapshot([{ totalMinor: 60_000 }], { orderId, externalOrderId });
  await writeOrder(order);
  const body = { requestId: 'r', orderId, reason: 'late', lines: [{ lineId: 'line-1', quantity: 1 }] };
  const { body: refund } = await requests.requestRefund(
    aRequest(routes.requestRefund, { body, cause: causeOf(by) }, by),
  );
  return refund as { refundId: string; status: string };
}
const approve = async (by: string, refundId: string) => {
  const request = aRequest(
    routes.decideRefund,
    { params: { refundId }, body: { decision: 'approve' }, cause: causeOf(by) },
    by,
  );
  const { status, body } = await decisions.decideRefund(request);
  return status === 200 ? (body as { status: string }).status : (body as { type: string }).type;
};

const approveAll: RefundPolicy = { ...defaultPolicy, rules: [{ rule: 'any', when: {}, decision: 'approve' }] };
const oneApprover: RefundPolicy = { ...defaultPolicy, rules: [{ rule: 'any', when: {}, decision: 'one-approver' }] };
const strict: RefundPolicy = {
  ...defaultPolicy,
  rules: [{ rule: 'any', when: {}, decision: 'two-approvers', payAfterReturn: true }],
  limits: { finance: 100_000, admin: 100_000 },
};
/** A strict policy in force, set long ago by finance. */
const startStrict = async () => {
  await put('finance', { ...strict, rules: [{ rule: 'none', when: {}, decision: 'refuse' }] });
  const change = await put('finance', strict);
  await decide('admin', idOf(change));
  now += 1000 * hour;
};

describe('one client with all scopes', () => {
  test('cannot make the policy looser, refund 600.00 and set the policy back', async () => {
    await startStrict();
    const loosened = await put('admin', approveAll);
    expect([loosened.status, await inForce()]).toEqual([202, strict]);
    expect(loosened.body).toMatchObject({
      status: 'pending-approval',
      looser: ['rules', 'limits'],
      mayApprove: { scope: 'storeworks/policies.write', except: ['admin'] },
    });
    expect(await decide('admin', idOf(loosened))).toMatchObject({ status: 403, body: { type: 'own-change' } });
    const refund = await requestRefund('admin');
    expect([refund.status, await approve('admin', refund.refundId)]).toEqual(['pending-approval', 'own-request']);
  });

  test('cannot cancel an order and approve the refund that follows', async () => {
    await startStrict();
    const externalOrderId = 'cancelled-order';
    const orderId = orderIdOf('storefront', externalOrderId);
    const order = anOrderSnapshot([{ totalMinor: 60_000, cancelledQuantity: 1 }], {
      orderId,
      externalOrderId,
      status: 'cancelled',
      cancelledMinor: 60_000,
    });
    await writeOrder(order);
    const refundOf = refundOverpayment({ store, request, deadlineOf: () => '2027-04-01T00:00:00.000Z' });
    await refundOf(orderId, 'admin', aCause({ causationId: 'c', now }));
    const refundId = refundIdOf(orderId, 'cancellation-c');
    expect(await approve('admin', refundId)).toBe('own-request');
    expect(await approve('finance', refundId)).toBe('pending-approval');
  });

  test('cannot use the first policy of a store for its own requests', async () => {
    expect((await put('admin', approveAll)).status).toBe(200);
    expect((await requestRefund('admin')).status).toBe('pending-approval');
    expect((await requestRefund('service')).status).toBe('approved');
    now += 73 * hour;
    expect((await requestRefund('admin')).status).toBe('approved');
  });

  test('cannot amend another person’s request under the policy that it made looser', async () => {
    await startStrict();
    const { refundId } = await requestRefund('service');
    await decide('finance', idOf(await put('admin', approveAll)));
    const body = { reason: 'damaged', lines: [{ lineId: 'line-1', quantity: 1 }] };
    const amendBy = (by: string, note: string) =>
      requests.amendRefund(
        aRequest(routes.amendRefund, { params: { refundId }, body: { ...body, note }, cause: causeOf(by) }, by),
      );
    expect((await amendBy('admin', 'mine')).body).toMatchObject({ status: 'pending-approval' });
    expect((await amendBy('service', 'theirs')).body).toMatchObject({ status: 'pending-approval' });
  });
});

describe('a looser policy', () => {
  test('is in force after the approval of a second person, with a notice of both', async () => {
    await startStrict();
    const changeId = idOf(await put('admin', oneApprover));
    expect(await decide('finance', changeId)).toMatchObject({ status: 200, body: { status: 'approved' } });
    expect(await inForce()).toEqual(oneApprover);
    expect((await decide('finance', changeId)).headers).toEqual({ 'idempotent-replayed': 'true' });
    const events = (await eventsOf(database.db, tables.REFUND_TABLE_NAME, policyKey.pk)).map(
      ({ detailType }) => detailType,
    );
    expect(events.slice(-2)).toEqual(['RefundPolicyChangeRequested', 'RefundPolicyChanged']);
    const { items: versions } = await policies.versions(undefined, 1);
    expect(versions).toMatchObject([{ version: 3, by: 'admin', approvedBy: 'finance' }]);
  });

  test('that one person requested and another approved judges its author by the earlier policy for three days', async () => {
    await startStrict();
    await decide('finance', idOf(await put('admin', oneApprover)));
    const own = await requestRefund('admin');
    expect(own).toMatchObject({ policy: { rule: 'any', approvalsNeeded: 2, version: 3 } });
    const other = await requestRefund('service');
    expect(other).toMatchObject({ policy: { approvalsNeeded: 1 } });
    expect(JSON.stringify(other)).not.toContain('forAuthors');
    // The approval of the author does not replace the two that the earlier policy required.
    expect(await approve('admin', other.refundId)).toBe('pending-approval');
    expect(await approve('lead', other.refundId)).toBe('approved');
    const another = await requestRefund('service');
    now += 73 * hour;
    expect(await approve('admin', another.refundId)).toBe('approved');
    expect(await requestRefund('admin')).toMatchObject({ policy: { approvalsNeeded: 1 } });
  });

  test('does not raise the limit of its author at once', async () => {
    await startStrict();
    const higher = { ...strict, limits: { finance: 100_000, admin: 100_000, lead: 100_000, 'service-lead': 100_000 } };
    await decide('admin', idOf(await put('lead', higher)));
    const { refundId } = await requestRefund('service');
    expect(await approve('lead', refundId)).toBe('no-limit');
    now += 73 * hour;
    expect(await approve('lead', refundId)).toBe('pending-approval');
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['that expired', () => Promise.resolve((now += 169 * hour)), 'expired'],
    ['whose base is no longer in force', () => put('finance', { ...strict, limits: { finance: 1 } }), 'superseded'],
    [
      'that was rejected',
      () => put('admin', approveAll).then((sent) => decide('finance', idOf(sent), 'reject')),
      'rejected',
    ],
    [
      'that its author withdrew',
      () => put('admin', approveAll).then((sent) => decide('admin', idOf(sent), 'reject')),
      'rejected',
    ],
    [
      'that is in force already',
      () => put('admin', approveAll).then((sent) => decide('finance', idOf(sent))),
      'approved',
    ],
  ])('%s cannot be approved', async (_case, before, currentStatus) => {
    await startStrict();
    const changeId = idOf(await put('admin', approveAll));
    await before();
    expect(await decide('lead', changeId)).toMatchObject({ status: 409, body: { currentStatus } });
    expect(
      (
        await change.getRefundPolicyChange(
          aRequest(changeRoutes.getRefundPolicyChange, { params: { changeId }, cause: causeOf('lead') }),
        )
      ).body,
    ).toMatchObject({ status: currentStatus });
  });

  test('that is sent again is one change; after its rejection it can be requested again', async () => {
    await startStrict();
    const first = await put('admin', approveAll);
    expect(idOf(await put('admin', approveAll))).toBe(idOf(first));
    expect(idOf(await put('finance', approveAll))).not.toBe(idOf(first));
    await decide('finance', idOf(first), 'reject');
    expect((await put('admin', approveAll)).body).toMatchObject({ status: 'pending-approval' });
    const listed = await change.listRefundPolicyChanges(
      aRequest(changeRoutes.listRefundPolicyChanges, { query: { limit: 1 }, cause: causeOf('finance') }),
    );
    const { changes: page, cursor } = listed.body as { changes: object[]; cursor: string };
    expect(page).toHaveLength(1);
    const rest = await change.listRefundPolicyChanges(
      aRequest(changeRoutes.listRefundPolicyChanges, { query: { limit: 50, cursor }, cause: causeOf('finance') }),
    );
    expect((rest.body as { changes: { status: string }[] }).changes.map(({ status }) => status).toSorted()).toEqual([
      'approved',
      'pending-approval',
    ]);
    expect(await decide('finance', 'pch_00000009_0123456789abcdefghjkmnpqrs')).toMatchObject({ status: 404 });
  });
});

test('a policy that is not looser is in force at once', async () => {
  await put('admin', oneApprover);
  expect((await put('admin', strict)).status).toBe(200);
  expect(await inForce()).toEqual(strict);
});
