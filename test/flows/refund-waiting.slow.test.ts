import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FunctionCall, Faults } from '../../infra/local/faults.ts';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { withShortWindows } from '../support/edited-template.ts';
import { capturedOrder, requestedRefund, stepsOf } from '../support/requested-refund.ts';
import { expectProblem } from '../support/shop.ts';

/** A clock that starts on a Monday morning and goes where a test wants it, with the office's tokens renewed. */
function movableClock(start = '2028-10-30T10:00:00Z') {
  let aheadMs = Date.parse(start) - Date.now();
  const now = () => Date.now() + aheadMs;
  const moveTo = async (office: BackOffice, instant: string) => {
    await office.settled();
    aheadMs = Date.parse(instant) - Date.now();
    await office.hangUp();
    await office.settled();
  };
  return { now, moveTo, set: (instant: string) => (aheadMs = Date.parse(instant) - Date.now()) };
}

const aws = ({ gatewayUrl, credentials: { region } }: BackOffice) => ({
  endpoint: gatewayUrl,
  region,
  credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
});

/** What the refund's schedules will do, as the scheduler knows them. */
async function schedulesOf(office: BackOffice, refundId: string): Promise<string[]> {
  await office.settled();
  const scheduler = new SchedulerClient(aws(office));
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ NamePrefix: refundId }));
  return Schedules.map(({ Name = '' }) => Name.slice(refundId.length + 1)).toSorted();
}

const clock = movableClock();
/** Which call of a function loses its sandbox once it is done; once. */
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
/** Each test has two weeks of its own, which begin on a Monday in winter and have no holidays. */
let week = -2;
const at = (day: number, time: string) =>
  `${new Date(Date.UTC(2028, 9, 30 + 7 * week + day)).toISOString().slice(0, 10)}T${time}:00Z`;
beforeEach(async () => {
  week += 2;
  await clock.moveTo(office, at(0, '10:00'));
});

const decide = (path: string, decision: string, by = 'finance') =>
  office.client(by).post(`${path}/decisions`, { decision });

describe('a request that waits', () => {
  test('is called to mind, told to the lead and ended, each once, by working hours; its money is free again', async () => {
    const { path, refundId, refund, orderId } = await requestedRefund(office);
    expect(refund).toMatchObject({ status: 'pending-approval', policy: { rule: 'any', approvalsNeeded: 1 } });
    // 80 hours: 7.5 on this Monday, 8.5 on eight days, 4.5 on the second Friday.
    expect(refund.deadlineAt.slice(0, 15)).toBe(at(11, '13:3').slice(0, 15));
    expect(await schedulesOf(office, refundId)).toEqual(['escalate', 'expire', 'remind']);

    await clock.moveTo(office, at(0, '13:59'));
    const timeline = await office.client('storefront').get(`${path}/timeline`);
    expect(timeline.body).toMatchObject({ status: 'pending-approval', deadlineAt: refund.deadlineAt });
    expect(await stepsOf(office, path)).toEqual(['RefundRequested']);
    await clock.moveTo(office, at(0, '14:02'));
    expect(await stepsOf(office, path)).toEqual(['RefundRequested', 'RefundReminded']);
    expect(await schedulesOf(office, refundId)).toEqual(['escalate', 'expire']);

    await clock.moveTo(office, at(1, '09:29'));
    expect((await office.client('admin').get(path)).body.escalatedTo).toBeUndefined();
    await clock.moveTo(office, at(1, '09:32'));
    expect(await stepsOf(office, path)).toEqual(['RefundRequested', 'RefundReminded', 'RefundEscalated']);
    const told = await office.client('admin').get(path);
    expect(told.body).toMatchObject({ status: 'pending-approval', escalatedTo: 'finance' });

    await clock.moveTo(office, at(11, '13:29'));
    expect((await office.client('admin').get(path)).body.status).toBe('pending-approval');
    await clock.moveTo(office, at(11, '13:32'));
    const ends = ['RefundReminded', 'RefundEscalated', 'RefundExpired', 'RefundCaseClosed'];
    expect(await stepsOf(office, path)).toEqual(['RefundRequested', ...ends]);
    expect((await office.client('admin').get(path)).body).not.toHaveProperty('deadlineAt');
    const { body } = await office.client('admin').get(`/orders/${orderId}/refundable`);
    expect(body).toMatchObject({ pendingMinor: 0, refundableMinor: 30_000 });
    expect(await schedulesOf(office, refundId)).toEqual([]);
    expectProblem(await decide(path, 'approve'), 409, 'illegal-transition');
  });

  test.each([
    ['approved', 'approve', 'RefundApproved'],
    ['rejected', 'reject', 'RefundRejected'],
  ])(
    'and is %s in time leaves no schedule, also when its request is told of late and twice',
    async (_name, decision, type) => {
      const { path, refundId, refund } = await requestedRefund(office);
      expect(await schedulesOf(office, refundId)).toHaveLength(3);
      expect((await decide(path, decision)).status).toBe(200);
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
      await new EventBridgeClient(aws(office)).send(new PutEventsCommand({ Entries: [entry, entry] }));
      expect(await schedulesOf(office, refundId)).toEqual([]);
      await clock.moveTo(office, refund.deadlineAt);
      expect(await stepsOf(office, path)).not.toContain('RefundExpired');
      expect(await stepsOf(office, path)).toContain(type);
    },
  );

  test('and is withdrawn at once, 20 times: whichever event comes first, nothing stays behind', async () => {
    const refunds = await Promise.all(Array.from({ length: 20 }, () => requestedRefund(office)));
    await Promise.all(
      refunds.map(({ path }) => office.client('service').post(`${path}/withdrawal`, { reason: 'found the parcel' })),
    );
    for (const { path, refundId } of refunds) {
      expect(await schedulesOf(office, refundId)).toEqual([]);
      expect(await stepsOf(office, path)).toEqual(['RefundRequested', 'RefundWithdrawn', 'RefundCaseClosed']);
    }
  });

  test('and is amended waits anew', async () => {
    const { path, refundId } = await requestedRefund(office);
    await clock.moveTo(office, at(0, '13:00'));
    const lines = [{ lineId: 'line-1', quantity: 1, amountMinor: 20_000 }];
    const amended = await office.client('service').put(path, { reason: 'changed-mind', lines });
    expect(amended.body, amended.text).toMatchObject({ status: 'pending-approval', amountMinor: 20_000 });
    expect(amended.body.deadlineAt.slice(0, 15)).toBe(at(11, '16:3').slice(0, 15));
    expect(await schedulesOf(office, refundId)).toHaveLength(3);
    await clock.moveTo(office, at(0, '16:59'));
    expect(await stepsOf(office, path)).not.toContain('RefundReminded');
    await clock.moveTo(office, at(0, '17:02'));
    expect(await stepsOf(office, path)).toEqual(['RefundRequested', 'RefundAmended', 'RefundReminded']);
  });

  test('meets a deadline that comes twice, or is of another time, once', async () => {
    const { path, refundId, refund } = await requestedRefund(office);
    await clock.moveTo(office, at(0, '14:02'));
    const sqs = new SQSClient(aws(office));
    const queue = office.context.template
      .ofType('AWS::SQS::Queue')
      .find(({ logicalId }) => logicalId.startsWith('RefundApprovalDeadlinesQueue'));
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue?.name }));
    const { requestedAt } = refund;
    const remind = { refundId, kind: 'remind', requestedAt, dueAt: at(0, '14:00') };
    const expireEarly = { refundId, kind: 'expire', requestedAt, dueAt: at(0, '14:00') };
    const remindOther = { ...remind, kind: 'escalate', requestedAt: at(-3, '14:00') };
    for (const body of [remind, remind, expireEarly, remindOther]) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
    }
    await office.settled();
    expect(await stepsOf(office, path)).toEqual(['RefundRequested', 'RefundReminded']);
  });

  test('meets each deadline once though the functions die in between', async () => {
    crashAfter = ({ call }) => call.service === 'scheduler';
    const { path, refundId } = await requestedRefund(office);
    const untilCrashed = () => vi.waitFor(() => expect(crashAfter).toBeUndefined(), 60_000);
    await untilCrashed();
    // Past the time for which a message that was given out is hidden.
    clock.set(at(0, '10:05'));
    expect(await schedulesOf(office, refundId)).toHaveLength(3);

    crashAfter = ({ call }) => call.service === 'dynamodb' && call.body.includes('RefundReminded');
    clock.set(at(0, '14:02'));
    await untilCrashed();
    clock.set(at(0, '14:10'));
    await office.settled();
    await office.hangUp();
    expect(await stepsOf(office, path)).toEqual(['RefundRequested', 'RefundReminded']);
  });

  test('waits through a stop of the system, and meets what fell due meanwhile', async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'storeworks-waiting-'));
    onTestFinished(() => rm(stateDirectory, { recursive: true, force: true }));
    const { now, set } = movableClock();
    const before = await startBackOffice({ cdkOut, stateDirectory, now });
    const { path, refundId, refund } = await requestedRefund(before);
    expect(await schedulesOf(before, refundId)).toHaveLength(3);
    await before.stop();
    set(refund.deadlineAt);
    const after = await startBackOffice({ cdkOut, stateDirectory, now: () => now() + 1000 });
    onTestFinished(() => after.stop());
    await after.settled();
    const steps = await stepsOf(after, path);
    expect(steps).toContain('RefundExpired');
    expect(steps.at(-1)).toBe('RefundCaseClosed');
    expect(await schedulesOf(after, refundId)).toEqual([]);
  });
});

describe('the customer', () => {
  test('is asked how it was at the end, and answers once', async () => {
    const { path } = await requestedRefund(office);
    const rate = (content: unknown, by = 'storefront') => office.client(by).post(`${path}/satisfaction`, content);
    expectProblem(await rate({ score: 5 }), 409, 'illegal-transition');
    expect((await decide(path, 'reject')).status).toBe(200);
    expectProblem(await rate({ score: 5 }, 'marketplace'), 404, 'not-found');
    expectProblem(await rate({ score: 6 }), 422, 'invalid-content');
    const answers = await Promise.all(Array.from({ length: 10 }, () => rate({ score: 2, comment: 'slow' })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(9);
    expect(answers[0]?.body.satisfaction).toEqual({ score: 2, comment: 'slow' });
    expectProblem(await rate({ score: 5 }), 409, 'already-rated');
    expect(await stepsOf(office, path)).toEqual(['RefundRequested', 'RefundRejected', 'RefundCaseClosed', 'CaseRated']);
    await office.settled();
    const [rated] = await office.lake.events('CaseRated');
    expect(rated?.detail.data).toMatchObject({ score: 2, comment: 'slow', status: 'rejected' });
  });
});

test('a return that does not come in time ends its refund, and its units can be asked for again', async () => {
  const { orderId, path: order } = await capturedOrder(office, { priceMinor: 60_000 });
  const lines = [{ lineId: 'line-1', quantity: 1 }];
  const shipped = await office.client('warehouse').post(`${order}/shipments`, { shipmentId: 's-1', lines });
  expect(shipped.status, shipped.text).toBe(201);
  const ask = (requestId: string) =>
    office.client('service').post('/refunds', { requestId, orderId, reason: 'changed-mind', lines });
  const { refundId } = (await ask('r-1')).body;
  const path = `/refunds/${refundId}`;
  await decide(path, 'approve');
  const agreed = await decide(path, 'approve', 'admin');
  expect(agreed.body, agreed.text).toMatchObject({ status: 'awaiting-return', return: { status: 'expected' } });
  const { rmaId, returnBy } = agreed.body.return;
  const around = (ms: number) => new Date(Date.parse(returnBy) + ms).toISOString();

  await clock.moveTo(office, around(-60_000));
  expect((await office.client('admin').get(path)).body.status).toBe('awaiting-return');
  expectProblem(await ask('r-2'), 409, 'not-refundable');
  await clock.moveTo(office, around(60_000));
  week += 4;
  const ended = await office.client('admin').get(path);
  expect(ended.body).toMatchObject({ status: 'expired', return: { status: 'closed' } });
  expect((await stepsOf(office, path)).slice(-2)).toEqual(['RefundExpired', 'RefundCaseClosed']);
  expect(await schedulesOf(office, refundId)).toEqual([]);
  const late = { receiptId: 'p-1', units: [{ lineId: 'line-1', quantity: 1, disposition: 'restock' }] };
  const received = await office.client('warehouse').post(`/returns/${rmaId}/receipts`, late);
  expectProblem(received, 409, 'illegal-transition');
  const { body: pots } = await office.client('admin').get(`/orders/${orderId}/refundable`);
  expect(pots.lines).toMatchObject([{ pending: { quantity: 0 }, refundable: { minor: 60_000, quantity: 1 } }]);
  expect((await ask('r-2')).status).toBe(201);
});
