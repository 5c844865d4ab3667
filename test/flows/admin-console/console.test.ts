import { GetQueueAttributesCommand, PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { operations } from '../../../shared/contracts/admin-console/operations.ts';
import { documentNameOf } from '../../../shared/contracts/admin-console/operation.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { adminConfigOf, type BackOffice, resourceName, startBackOffice } from '../../support/system/back-office.ts';
import { invoke } from '../../support/system/invoke.ts';
import { accessTokenOf, consoleCookieOf } from '../../support/system/sign-in.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
let ada: Visitor;
let grace: Visitor;
let fin: Visitor;
const refunds = refundDriver(() => office);
const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' }).format(new Date());
const promotionId = 'console-sale';
let heldOrder = '';
let pending: { refundId: string; path: string };
let deadLetters = '';
/** Milliseconds by which the clock of the engine is ahead. */
let ahead = 0;

beforeAll(async () => {
  office = await startBackOffice({ now: () => Date.now() + ahead });
  [ada, grace, fin] = (await Promise.all(['admin', 'admin-2', 'finance'].map(signedIn))) as [Visitor, Visitor, Visitor];
  const sku = await stockedSku(office, { units: 10, priceMinor: 1000 });
  const risky = { customer: { email: 'eve@mailinator.com' }, billingAddress: { country: 'FR' } };
  const placed = await office.client('storefront').post('/orders', orderOf(sku, risky));
  heldOrder = String(placed.body.orderId);
  const discount = { kind: 'percent', level: 'line', basisPoints: 1000 };
  const created = await office.client('marketing').post('/promotions', { promotionId, name: 'Sale', discount });
  if (created.status !== 201) throw new Error(created.text);
  pending = await refunds.requestedRefund({ priceMinor: 90_000 });
  const endpoint = { url: 'http://127.0.0.1:9/events' };
  await office.client('marketplace').put('/webhooks/endpoints/shop', endpoint);
  deadLetters = resourceName(office, 'AWS::SQS::Queue', 'OrderIntake-RiskDeadLetters');
  const queue = office.context.template.ofType('AWS::SQS::Queue').find(({ name }) => name === deadLetters);
  const sqs = new SQSClient(adminConfigOf(office));
  await sqs.send(new SendMessageCommand({ QueueUrl: queue?.ref, MessageBody: '{}' }));
  await refunds.eventually(async () => {
    const { body } = await office.client('admin').get(`/orders/${heldOrder}`);
    if (body.status !== 'on-hold') throw new Error(`The order is ${body.status}`);
  });
});
afterAll(() => office.stop());

type Visitor = Awaited<ReturnType<typeof signedIn>>;

/** A person who signed in to the console. */
async function signedIn(name: string) {
  const cookie = await consoleCookieOf(office, name);
  const request = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${office.apiUrl}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { cookie, ...(init.headers as Record<string, string>) },
    });
    return { status: answer.status, location: answer.headers.get('location') ?? '', text: await answer.text() };
  };
  const csrf = /name="csrf" value="([^"]+)"/.exec((await request('/console/dashboards')).text)?.[1] ?? '';
  const post = (path: string, form: Record<string, string>, token = csrf) =>
    request(path, { method: 'POST', body: new URLSearchParams({ csrf: token, ...form }) });
  return {
    get: (path: string) => request(path),
    post,
    press: (body: object, token = csrf) =>
      request('/console/widget', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': token },
        body: JSON.stringify(body),
      }),
    /** Starts a document by its form, and waits until the execution needs a decision or has ended. */
    async run(document: string, inputs: Record<string, string>) {
      const started = await post(`/console/automations/${document}`, inputs);
      expect(started.status, started.text).toBe(303);
      return { path: started.location, page: await settledPage(this, started.location) };
    },
  };
}

const settledPage = (by: { get: (path: string) => Promise<{ text: string }> }, path: string): Promise<string> =>
  vi.waitFor(
    async () => {
      const { text } = await by.get(path);
      expect(text).not.toContain('<b>InProgress<');
      return text;
    },
    { timeout: 30_000, interval: 50 },
  );
const operationFunction = 'admin-console/operation.handler.ts';
const statusOf = (page: string) => /role="status">[^<]*<b>(\w+)</.exec(page)?.[1];
const decoded = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** The buttons of a dashboard's page, as the script of the console reads them. */
const buttonsOf = (page: string) =>
  [
    ...page.matchAll(
      /aria-label="([^"]*)"\s*>[^<]*<\/a\s*><cwdb-action [^>]*?endpoint="([^"]+)"[^>]*>([^<]+)<\/cwdb-action\s*>/g,
    ),
  ].map(([, label = '', endpoint = '', params = '']) => ({
    label: decoded(label),
    endpoint,
    params: JSON.parse(decoded(params)),
  }));

describe('dashboards', () => {
  test('readers see figures and lists and no button, also not on the dashboard of the administrators', async () => {
    const { status, text } = await fin.get('/console/dashboards/Storeworks');
    expect(status).toBe(200);
    for (const shown of [today(), heldOrder, pending.refundId, promotionId, deadLetters]) expect(text).toContain(shown);
    expect(buttonsOf(text)).toEqual([]);
    const other = await fin.get('/console/dashboards/Storeworks-Administration');
    expect(buttonsOf(other.text)).toEqual([]);
    expect(other.text).not.toContain(heldOrder);
  });

  test('each button of the administrators does what it says, and a reader cannot send its event', async () => {
    const { text } = await ada.get('/console/dashboards/Storeworks-Administration');
    const buttons = buttonsOf(text);
    const kinds = new Set(buttons.map(({ label }) => label.split(' ')[0] ?? ''));
    expect([...kinds].toSorted((a, b) => a.localeCompare(b))).toEqual([
      'Audit',
      'End',
      'Pause',
      'Redrive',
      'Reject',
      'Release',
      'Run',
    ]);
    const event = (button: (typeof buttons)[number]) => ({
      dashboard: 'Storeworks-Administration',
      endpoint: button.endpoint,
      params: button.params,
      forms: Object.fromEntries(Object.values(button.params.press.fields).map((field) => [field, 'Checked by phone'])),
    });
    const [first] = buttons;
    if (!first) throw new Error('There is no button');
    expect((await fin.press(event(first))).text).toContain('permissions do not allow');
    expect((await ada.press(event(first), 'another token')).status).toBe(403);
    // A released order cannot be rejected: in the order of the page. The dead letter came from no queue.
    for (const button of buttons) {
      const pressed = await ada.press(event(button));
      const isRefused = /^(?:Reject|Redrive)/.test(button.label);
      expect(pressed.text, button.label).toContain(isRefused ? 'Not done' : 'Done');
    }
    expect((await office.client('admin').get(`/orders/${heldOrder}`)).body.status).not.toBe('on-hold');
    expect((await office.client('marketing').get(`/promotions/${promotionId}`)).body.state).toBe('ended');
  });

  test('dashboards are shown in Chinese', async () => {
    const headers = { 'accept-language': 'zh-TW' };
    expect(await (await fetch(`${office.apiUrl}/console`, { headers })).text()).toContain('主控台');
  });
});

describe('automation documents', () => {
  const inputs: Record<string, () => Record<string, string>> = {
    'run-reports': () => ({ Date: today() }),
    'back-fill-reports': () => ({ From: today(), To: today() }),
    'audit-stock': () => ({}),
    'decide-refund': () => ({ RefundId: pending.refundId, Decision: 'approve', Comment: 'Agreed' }),
    'replay-webhooks': () => ({
      Channel: 'marketplace',
      EndpointId: 'shop',
      From: '2026-01-01T00:00:00Z',
      To: '2026-01-02T00:00:00Z',
      IncludeDelivered: 'false',
    }),
    'export-orders': () => ({ From: today(), To: today() }),
    'rotate-webhook-secret': () => ({
      Channel: 'marketplace',
      EndpointId: 'shop',
      PreviousExpiresAfterSeconds: '86400',
    }),
  };

  test.each(Object.keys(inputs))('%s is carried out for the person who started it', async (name) => {
    const { page } = await ada.run(documentNameOf(name), inputs[name]?.() ?? {});
    expect(statusOf(page), page).toBe('Success');
    expect(page).not.toContain('whsec_');
    expect(page).toContain('admin@localhost');
  });

  test('a refused operation fails with the reason', async () => {
    const redrive = await ada.run('Storeworks-RedriveDeadLetters', { QueueName: deadLetters });
    expect(statusOf(redrive.page)).toBe('Failed');
    expect(redrive.page).toContain('came from no queue');
    const sold = { PromotionId: promotionId, Action: 'resume', Comment: 'No stock' };
    const changed = await ada.run('Storeworks-ChangePromotion', sold);
    expect(statusOf(changed.page)).toBe('Failed');
    const reviewed = await ada.run('Storeworks-ReviewOrder', {
      OrderId: heldOrder,
      Decision: 'reject',
      Reason: 'Risky',
    });
    expect(statusOf(reviewed.page)).toBe('Failed');
  });

  test('a department starts what it may do over HTTP, and inputs are checked before', async () => {
    const refused = await fin.post('/console/automations/Storeworks-AuditStock', {});
    expect(refused.status).toBe(403);
    const invalid = await ada.post('/console/automations/Storeworks-RunReports', { Date: 'yesterday' });
    expect(invalid.status).toBe(400);
    const forged = await ada.post('/console/automations/Storeworks-RunReports', { Date: today() }, 'another token');
    expect(forged.status).toBe(403);
  });

  test('a repair needs a second person: the approval of its starter does not count', async () => {
    const { body: audit } = await office.client('warehouse').post('/stock/audits', {});
    const path = `/stock/audits/${audit.auditId}`;
    await vi.waitFor(async () => expect((await office.client('warehouse').get(path)).body.status).toBe('completed'), {
      timeout: 30_000,
      interval: 100,
    });
    const repair = { AuditId: String(audit.auditId), Reason: 'Counted twice' };
    const own = await ada.run('Storeworks-RepairStock', repair);
    expect(statusOf(own.page)).toBe('Waiting');
    expect((await fin.post(`${own.path}/decision`, { decision: 'Approve' })).status).toBe(403);
    expect((await ada.post(`${own.path}/decision`, { decision: 'Approve' })).status).toBe(303);
    expect(statusOf(await settledPage(ada, own.path))).toBe('Failed');
    const shared = await ada.run('Storeworks-RepairStock', repair);
    await grace.post(`${shared.path}/decision`, { decision: 'Approve', comment: 'Seen' });
    expect(statusOf(await settledPage(grace, shared.path))).toBe('Success');
    // An approval counts for its own execution, once: neither again, nor by the id of the execution.
    expect((await grace.post(`${shared.path}/decision`, { decision: 'Approve' })).status).toBe(409);
    const executionId = shared.path.slice(shared.path.lastIndexOf('/') + 1);
    const replayed = await invoke(office, operationFunction, { executionId });
    expect(replayed.result).toMatchObject({ errorMessage: expect.stringContaining('is Success, not in progress') });
  });

  test('a refund is not approved twice by one person: neither again, nor over HTTP as the same person or a machine', async () => {
    const { refundId, path } = await refunds.requestedRefund({ priceMinor: 90_000 });
    const decision = { RefundId: refundId, Decision: 'approve', Comment: 'Agreed' };
    expect(statusOf((await fin.run('Storeworks-DecideRefund', decision)).page)).toBe('Success');
    await fin.run('Storeworks-DecideRefund', decision);
    const token = await accessTokenOf(office, 'finance');
    const again = await fetch(`${office.apiUrl}${path}/decisions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'again' },
      body: JSON.stringify({ decision: 'approve', comment: 'Again' }),
    });
    expect(again.status).toBeLessThan(500);
    await refunds.decide(path, 'finance');
    const { status, approvals } = await refunds.read(path);
    expect(status).toBe('pending-approval');
    // One person in the console and over HTTP. The decisions of two kinds of identity are not added up.
    expect(approvals).toMatchObject([{ by: office.people['finance']?.subject }, { by: 'finance' }]);
    expect(approvals).toHaveLength(2);
  });

  test('typed names of starters and approvers are refused or ignored', async () => {
    const typed = { AuditId: 'none', Reason: 'Counted twice', Approver: 'admin-2@localhost' };
    expect((await ada.post('/console/automations/Storeworks-RepairStock', typed)).status).toBe(400);
    const { path } = await ada.run('Storeworks-RepairStock', { AuditId: 'none', Reason: 'Counted twice' });
    const executionId = path.slice(path.lastIndexOf('/') + 1);
    const named = {
      startedBy: 'admin-2@localhost',
      approvedBy: ['admin-2@localhost'],
      approvals: ['admin-2@localhost'],
    };
    const direct = await invoke(office, operationFunction, { executionId, ...named });
    expect(direct.failure).toBeDefined();
    expect(statusOf((await ada.get(path)).text)).toBe('Waiting');
    await ada.post(`${path}/decision`, { decision: 'Approve', comment: 'As admin-2@localhost' });
    expect(await settledPage(ada, path)).toContain('nobody approves their own');
  });

  test('a person of two groups approves a refund once, in whichever department', async () => {
    const { path } = await refunds.requestedRefund({ priceMinor: 90_000 });
    const both = office.person(['service-lead', 'finance']);
    const decide = (by: Pick<typeof both, 'post'>) => by.post(`${path}/decisions`, { decision: 'approve' });
    expect((await decide(both)).status).toBe(200);
    for (const group of ['finance', 'service-lead', 'admin']) await decide(office.person([group], both.subject));
    const { status, approvals } = await refunds.read(path);
    expect([status, approvals]).toMatchObject(['pending-approval', [{ by: both.subject }]]);
    expect((await decide(office.person(['admin']))).body.status).not.toBe('pending-approval');
  });

  test('promotions are changed and held orders are decided by their documents', async () => {
    const discount = { kind: 'percent', level: 'line', basisPoints: 500 };
    await office.client('marketing').post('/promotions', { promotionId: 'by-document', name: 'Sale', discount });
    const changed = { PromotionId: 'by-document', Action: 'pause', Comment: 'No stock' };
    expect(statusOf((await ada.run('Storeworks-ChangePromotion', changed)).page)).toBe('Success');
    expect((await office.client('marketing').get('/promotions/by-document')).body.state).toBe('paused');
    const sku = await stockedSku(office, { units: 10, priceMinor: 1000 });
    const risky = { customer: { email: 'mallory@mailinator.com' }, billingAddress: { country: 'FR' } };
    const { orderId } = (await office.client('storefront').post('/orders', orderOf(sku, risky))).body;
    const statusNow = async () => (await office.client('admin').get(`/orders/${orderId}`)).body.status;
    await refunds.eventually(async () => expect(await statusNow()).toBe('on-hold'));
    const review = { OrderId: String(orderId), Decision: 'reject', Reason: 'Not known there' };
    expect(statusOf((await ada.run('Storeworks-ReviewOrder', review)).page)).toBe('Success');
    expect(await statusNow()).toBe('cancelled');
  });

  test('every operation has a form', async () => {
    for (const { name } of operations) {
      expect((await ada.get(`/console/automations/${documentNameOf(name)}`)).status).toBe(200);
    }
  });
});

describe('the other pages', () => {
  test.each([
    ['queues', 'DeadLetters'],
    ['schedules', 'cron(30 0 * * ? *)'],
    ['functions', 'erase-person'],
    ['alarms', 'Storeworks-OrderIntake/'],
    ['buckets', 'reportsbucket'],
    ['executions', 'Storeworks-RunReports'],
  ])('%s show what the template has', async (name, shown) => {
    const { status, text } = await ada.get(`/console/${name}`);
    expect(status).toBe(200);
    expect(text).toContain(shown);
  });

  test('a function is run with its test event by those who may', async () => {
    const name = resourceName(office, 'AWS::Lambda::Function', 'OrderIntake-ErasePerson');
    const ran = await ada.post(`/console/functions/${name}`, { event: '{"email":"nobody@example.com"}' });
    expect(ran.text).toContain('Result: ok');
    expect((await fin.post(`/console/functions/${name}`, { event: '{}' })).text).toContain('permissions do not allow');
  });

  test('the timeline has the lines of an execution in all functions', async () => {
    const { path } = await ada.run('Storeworks-RunReports', { Date: today() });
    const { text } = await ada.get(`/console/timeline?id=${path.slice(path.lastIndexOf('/') + 1)}`);
    expect(text).toContain('operation carried out');
  });

  test('the timeline of a request leads through the workflows that its events reach, and has its refusals', async () => {
    const id = 'console-timeline-1';
    const sku = await stockedSku(office, { units: 1 });
    const headers = { 'x-correlation-id': id };
    const storefront = office.client('storefront');
    expect((await storefront.post('/orders', orderOf(sku), headers)).status).toBe(201);
    expect((await storefront.post('/orders', orderOf(sku), headers)).status).toBe(409);
    // An endpoint of this file never answers, so that the store is never idle.
    await refunds.eventually(async () => {
      const { text } = await ada.get(`/console/timeline?id=${id}`);
      for (const shown of ['OrderIntake-Risk', 'Ledger-PostEvents', 'events processed', 'out-of-stock']) {
        expect(text).toContain(shown);
      }
    });
  });

  test('nobody sees a page without a session, and a page runs scripts of its own only', async () => {
    const response = await fetch(`${office.apiUrl}/console/dashboards/Storeworks`);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    const cookie = await consoleCookieOf(office, 'finance');
    expect((await fetch(`${office.apiUrl}/console?code=guessed&state=guessed`, { headers: { cookie } })).status).toBe(
      403,
    );
    expect((await ada.get('/console/nothing')).status).toBe(404);
  });

  test('an alarm goes off with three failed payouts, and comes back when the failures are an hour ago', async () => {
    const stateOf = () => office.alarms.list().find(({ name }) => name.includes('PayoutFailures'))?.state;
    expect(stateOf()).not.toBe('ALARM');
    for (const name of ['first', 'second', 'third']) {
      const order = await refunds.paidOrder({ priceMinor: 1000, paymentIds: [`console-${name}`] });
      const { path, refundId } = await refunds.requested(order.orderId);
      await refunds.becomes(path, { status: 'paying' });
      expect(stateOf()).not.toBe('ALARM');
      await refunds.notifyPayout(order, {
        type: 'refund.failed',
        refundId,
        occurredAt: new Date(Date.now() + 10_000).toISOString(),
      });
      await refunds.becomes(path, { status: 'payout-failed' });
      // The runbook: the customer gets store credit instead.
      expect((await refunds.resolvePayout(path, 'store-credit')).status).toBe(200);
    }
    await vi.waitFor(() => expect(stateOf()).toBe('ALARM'), { timeout: 10_000, interval: 100 });
    ahead += 2 * 3_600_000;
    await vi.waitFor(() => expect(stateOf()).toBe('OK'), { timeout: 10_000, interval: 100 });
    await office.forgetTokens();
  });

  test('an alarm goes off with a dead letter and comes back when it is gone', async () => {
    const stateOf = () => office.alarms.list().find(({ name }) => name.includes('Risk/DeadLetters'))?.state;
    const queue = office.context.template.ofType('AWS::SQS::Queue').find(({ name }) => name === deadLetters);
    await new SQSClient(adminConfigOf(office)).send(
      new SendMessageCommand({ QueueUrl: queue?.ref, MessageBody: '{}' }),
    );
    expect(stateOf()).toBe('ALARM');
    const newest = office.alarms.history().find(({ name }) => name.includes('Risk/DeadLetters'));
    expect(newest).toMatchObject({ state: 'ALARM' });
    // The message was never in another queue, so that it has none to go back to.
    await new SQSClient(adminConfigOf(office)).send(new PurgeQueueCommand({ QueueUrl: queue?.ref }));
    // An alarm comes back with the first minute in which the queue was empty.
    await vi.waitFor(
      () => {
        ahead += 60_000;
        expect(stateOf()).toBe('OK');
      },
      { timeout: 10_000, interval: 500 },
    );
    expect((await ada.get('/console/alarms')).text).toContain('Storeworks-OrderIntake/Risk/DeadLetters/NotEmpty');
  });

  test('a message that failed ten times is redriven by its document', async () => {
    const sqs = new SQSClient(adminConfigOf(office));
    const urlOf = (id: string) => {
      const name = resourceName(office, 'AWS::SQS::Queue', id);
      return office.context.template.ofType('AWS::SQS::Queue').find((each) => each.name === name)?.ref;
    };
    const dead = async () => {
      const AttributeNames = ['ApproximateNumberOfMessages' as const];
      const QueueUrl = urlOf('OrderIntake-RiskDeadLetters');
      return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes;
    };
    await sqs.send(new SendMessageCommand({ QueueUrl: urlOf('OrderIntake-RiskQueue'), MessageBody: '{}' }));
    await vi.waitFor(
      async () => {
        // Its visibility timeout.
        ahead += 181_000;
        expect(await dead()).toEqual({ ApproximateNumberOfMessages: '1' });
      },
      { timeout: 60_000, interval: 500 },
    );
    const { page } = await ada.run('Storeworks-RedriveDeadLetters', { QueueName: deadLetters });
    expect(statusOf(page), page).toBe('Success');
    expect(await dead()).toEqual({ ApproximateNumberOfMessages: '0' });
  });
});
