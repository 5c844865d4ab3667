import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FunctionCall, Faults } from '../../../infra/local/faults.ts';
import { adminConfigOf, type BackOffice, resourceName, startBackOffice } from '../../support/system/back-office.ts';
import { withShortWindows } from '../../support/system/edited-template.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { expectProblem } from '../../support/system/test-data.ts';

/** A clock that starts on a Monday morning. `moveTo` waits for pending work before and after the move and renews access tokens. */
function movableClock(start = '2028-10-30T10:00:00Z') {
  let aheadMs = Date.parse(start) - Date.now();
  const now = () => Date.now() + aheadMs;
  const moveTo = async (office: BackOffice, instant: string) => {
    await office.settled();
    aheadMs = Date.parse(instant) - Date.now();
    await office.forgetTokens();
    await office.settled();
  };
  return { now, moveTo, set: (instant: string) => (aheadMs = Date.parse(instant) - Date.now()) };
}

/** Returns the kinds of the refund's schedules in EventBridge Scheduler. */
async function schedulesOf(office: BackOffice, refundId: string): Promise<string[]> {
  await office.settled();
  const scheduler = new SchedulerClient(adminConfigOf(office));
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ NamePrefix: refundId }));
  return Schedules.map(({ Name = '' }) => Name.slice(refundId.length + 1)).toSorted();
}

const clock = movableClock();
/** Selects the call after which its function crashes, once. */
let crashAfter: ((call: FunctionCall) => boolean) | undefined;
const faults: Faults = {
  onCall: (call) => {
    if (!crashAfter?.(call)) return undefined;
    crashAfter = undefined;
    return { kind: 'crash', when: 'after' };
  },
};
let office: BackOffice;
let cdkOut: string;
beforeAll(async () => {
  cdkOut = withShortWindows();
  office = await startBackOffice({ cdkOut, now: clock.now, faults });
});
afterAll(() => office.stop());
/** Each test runs in its own two weeks, which start on a Monday in winter and have no holidays. */
let week = -2;
const at = (day: number, time: string) =>
  `${new Date(Date.UTC(2028, 9, 30 + 7 * week + day)).toISOString().slice(0, 10)}T${time}:00Z`;
beforeEach(async () => {
  week += 2;
  await clock.moveTo(office, at(0, '10:00'));
});

const refunds = refundDriver(() => office);

describe('a request that waits for approval', () => {
  test('is reminded, escalated and expired once each by working hours, and releases the refundable amount', async () => {
    const { path, refundId, refund, orderId } = await refunds.requestedRefund();
    expect(refund).toMatchObject({ status: 'pending-approval', policy: { rule: 'any', approvalsNeeded: 1 } });
    // 80 hours: 7.5 on this Monday, 8.5 on eight days, 4.5 on the second Friday.
    expect(refund.deadlineAt.slice(0, 15)).toBe(at(11, '13:3').slice(0, 15));
    expect(await schedulesOf(office, refundId)).toEqual(['escalate', 'expire', 'remind']);

    await clock.moveTo(office, at(0, '13:59'));
    const { body } = await office.client('storefront').get(`${path}/timeline`);
    expect(body).toMatchObject({ status: 'pending-approval', deadlineAt: refund.deadlineAt });
    expect(await refunds.timeline(path)).toEqual(['RefundRequested']);
    await clock.moveTo(office, at(0, '14:02'));
    expect(await refunds.timeline(path)).toEqual(['RefundRequested', 'RefundReminded']);
    expect(await schedulesOf(office, refundId)).toEqual(['escalate', 'expire']);

    await clock.moveTo(office, at(1, '09:29'));
    expect((await refunds.read(path)).escalatedTo).toBeUndefined();
    await clock.moveTo(office, at(1, '09:32'));
    expect(await refunds.timeline(path)).toEqual(['RefundRequested', 'RefundReminded', 'RefundEscalated']);
    expect(await refunds.read(path)).toMatchObject({ status: 'pending-approval', escalatedTo: 'finance' });

    await clock.moveTo(office, at(11, '13:29'));
    expect((await refunds.read(path)).status).toBe('pending-approval');
    await clock.moveTo(office, at(11, '13:32'));
    const lastEvents = ['RefundReminded', 'RefundEscalated', 'RefundExpired', 'RefundCaseClosed'];
    expect(await refunds.timeline(path)).toEqual(['RefundRequested', ...lastEvents]);
    expect(await refunds.read(path)).not.toHaveProperty('deadlineAt');
    expect(await refunds.refundable(orderId)).toMatchObject({ pendingMinor: 0, refundableMinor: 30_000 });
    expect(await schedulesOf(office, refundId)).toEqual([]);
    expectProblem(await refunds.decide(path), 409, 'illegal-transition');
  });

  test.each([
    ['approved', 'approve', 'RefundApproved'],
    ['rejected', 'reject', 'RefundRejected'],
  ])(
    'and is %s in time has no schedule left, also when its request event arrives late and twice',
    async (_case, decision, type) => {
      const { path, refundId, refund } = await refunds.requestedRefund();
      expect(await schedulesOf(office, refundId)).toHaveLength(3);
      expect((await refunds.decide(path, 'finance', decision)).status).toBe(200);
      expect(await schedulesOf(office, refundId)).toEqual([]);
      const request = (await office.lake.events('RefundRequested')).find(
        ({ detail }) => (detail.data as { refundId: string }).refundId === refundId,
      );
      const entry = {
        EventBusName: office.credentials.eventBusName,
        Source: 'storeworks.refund-approval',
        DetailType: 'RefundRequested',
        Detail: JSON.stringify(request?.detail),
      };
      expect(request).toBeDefined();
      await new EventBridgeClient(adminConfigOf(office)).send(new PutEventsCommand({ Entries: [entry, entry] }));
      expect(await schedulesOf(office, refundId)).toEqual([]);
      await clock.moveTo(office, refund.deadlineAt);
      expect(await refunds.timeline(path)).not.toContain('RefundExpired');
      expect(await refunds.timeline(path)).toContain(type);
    },
  );

  test('and is withdrawn immediately has no schedule left, whichever event arrives first', async () => {
    const requests = await Promise.all(Array.from({ length: 20 }, () => refunds.requestedRefund()));
    await Promise.all(requests.map(({ path }) => refunds.withdraw(path)));
    for (const { path, refundId } of requests) {
      expect(await schedulesOf(office, refundId)).toEqual([]);
      expect(await refunds.timeline(path)).toEqual(['RefundRequested', 'RefundWithdrawn', 'RefundCaseClosed']);
    }
  });

  test('and is amended gets new deadlines', async () => {
    const { path, refundId } = await refunds.requestedRefund();
    await clock.moveTo(office, at(0, '13:00'));
    const lines = [{ lineId: 'line-1', quantity: 1, amountMinor: 20_000 }];
    const amended = await office.client('service').put(path, { reason: 'changed-mind', lines });
    expect(amended.body, amended.text).toMatchObject({ status: 'pending-approval', amountMinor: 20_000 });
    expect(amended.body.deadlineAt.slice(0, 15)).toBe(at(11, '16:3').slice(0, 15));
    expect(await schedulesOf(office, refundId)).toHaveLength(3);
    await clock.moveTo(office, at(0, '16:59'));
    expect(await refunds.timeline(path)).not.toContain('RefundReminded');
    await clock.moveTo(office, at(0, '17:02'));
    expect(await refunds.timeline(path)).toEqual(['RefundRequested', 'RefundAmended', 'RefundReminded']);
  });

  test('handles a deadline once when its message arrives twice, early or for another request time', async () => {
    const { path, refundId, refund } = await refunds.requestedRefund();
    await clock.moveTo(office, at(0, '14:02'));
    const sqs = new SQSClient(adminConfigOf(office));
    const QueueName = resourceName(office, 'AWS::SQS::Queue', 'RefundApproval-DeadlineQueue');
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const { requestedAt } = refund;
    const remind = { refundId, kind: 'remind', requestedAt, dueAt: at(0, '14:00') };
    const expireEarly = { refundId, kind: 'expire', requestedAt, dueAt: at(0, '14:00') };
    const remindOther = { ...remind, kind: 'escalate', requestedAt: at(-3, '14:00') };
    for (const body of [remind, remind, expireEarly, remindOther]) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
    }
    await office.settled();
    expect(await refunds.timeline(path)).toEqual(['RefundRequested', 'RefundReminded']);
  });

  test('handles each deadline once when the functions crash', async () => {
    crashAfter = ({ call }) => call.service === 'scheduler';
    const { path, refundId } = await refunds.requestedRefund();
    const untilCrashed = () => vi.waitFor(() => expect(crashAfter).toBeUndefined(), 60_000);
    await untilCrashed();
    // Move past the visibility timeout.
    clock.set(at(0, '10:05'));
    expect(await schedulesOf(office, refundId)).toHaveLength(3);

    crashAfter = ({ call }) => call.service === 'dynamodb' && call.body.includes('RefundReminded');
    clock.set(at(0, '14:02'));
    await untilCrashed();
    clock.set(at(0, '14:10'));
    await office.settled();
    await office.forgetTokens();
    expect(await refunds.timeline(path)).toEqual(['RefundRequested', 'RefundReminded']);
  });

  test('handles the deadlines that passed while the system was stopped', async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'storeworks-waiting-'));
    onTestFinished(() => rm(stateDirectory, { recursive: true, force: true }));
    const { now, set } = movableClock();
    const before = await startBackOffice({ cdkOut, stateDirectory, now });
    const { path, refundId, refund } = await refundDriver(() => before).requestedRefund();
    expect(await schedulesOf(before, refundId)).toHaveLength(3);
    await before.stop();
    set(refund.deadlineAt);
    const after = await startBackOffice({ cdkOut, stateDirectory, now: () => now() + 1000 });
    onTestFinished(() => after.stop());
    await after.settled();
    const events = await refundDriver(() => after).timeline(path);
    expect(events).toContain('RefundExpired');
    expect(events.at(-1)).toBe('RefundCaseClosed');
    expect(await schedulesOf(after, refundId)).toEqual([]);
  });
});

describe('a closed refund', () => {
  test('accepts one satisfaction rating', async () => {
    const { path } = await refunds.requestedRefund();
    const rate = (content: unknown, by = 'storefront') => office.client(by).post(`${path}/satisfaction`, content);
    expectProblem(await rate({ score: 5 }), 409, 'illegal-transition');
    expect((await refunds.decide(path, 'finance', 'reject')).status).toBe(200);
    expectProblem(await rate({ score: 5 }, 'marketplace'), 404, 'not-found');
    expectProblem(await rate({ score: 6 }), 422, 'invalid-content');
    const responses = await Promise.all(Array.from({ length: 10 }, () => rate({ score: 2, comment: 'slow' })));
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(responses.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(9);
    expect(responses[0]?.body.satisfaction).toEqual({ score: 2, comment: 'slow' });
    expectProblem(await rate({ score: 5 }), 409, 'already-rated');
    expect(await refunds.timeline(path)).toEqual([
      'RefundRequested',
      'RefundRejected',
      'RefundCaseClosed',
      'CaseRated',
    ]);
    await office.settled();
    const [rated] = await office.lake.events('CaseRated');
    expect(rated?.detail.data).toMatchObject({ score: 2, status: 'rejected' });
    // The comment is personal data, which the lake does not have.
    expect(rated?.detail.data).not.toHaveProperty('comment');
  });
});

test('a refund expires when its return is not received in time, and its units can be requested again', async () => {
  const { orderId, path: order } = await refunds.paidOrder({ priceMinor: 60_000 });
  const shipped = await refunds.ship(order, 1);
  expect(shipped.status, shipped.text).toBe(201);
  const { refundId, path } = await refunds.requested(orderId);
  await refunds.decide(path);
  const approved = await refunds.decide(path, 'admin');
  expect(approved.body, approved.text).toMatchObject({ status: 'awaiting-return', return: { status: 'expected' } });
  const { rmaId, returnBy } = approved.body.return;
  const returnByPlus = (ms: number) => new Date(Date.parse(returnBy) + ms).toISOString();

  await clock.moveTo(office, returnByPlus(-60_000));
  expect((await refunds.read(path)).status).toBe('awaiting-return');
  expectProblem(await refunds.request(orderId), 409, 'not-refundable');
  await clock.moveTo(office, returnByPlus(60_000));
  week += 4;
  expect(await refunds.read(path)).toMatchObject({ status: 'expired', return: { status: 'closed' } });
  expect((await refunds.timeline(path)).slice(-2)).toEqual(['RefundExpired', 'RefundCaseClosed']);
  expect(await schedulesOf(office, refundId)).toEqual([]);
  expectProblem(await refunds.receive(rmaId, 'p-1', { restock: 1 }), 409, 'illegal-transition');
  const { lines } = await refunds.refundable(orderId);
  expect(lines).toMatchObject([{ pending: { quantity: 0 }, refundable: { minor: 60_000, quantity: 1 } }]);
  expect((await refunds.request(orderId)).status).toBe(201);
});
