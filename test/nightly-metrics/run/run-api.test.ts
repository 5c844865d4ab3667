import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportRunHandlers } from '../../../functions/nightly-metrics/run/run-api.ts';
import { requestDays } from '../../../functions/nightly-metrics/ranges/request-days-job.ts';
import { createRangeStore } from '../../../functions/nightly-metrics/run/range-store.ts';
import { createRunStore } from '../../../functions/nightly-metrics/run/run-store.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { ReportRangeRequested } from '../../../shared/contracts/reports/events.ts';
import { httpHandler } from '../../../shared/lambda/http-handler.ts';
import { startReportTable } from './report-table.ts';

let table: Awaited<ReturnType<typeof startReportTable>>;
beforeAll(async () => {
  table = await startReportTable();
});
afterAll(() => table.stop());

const timeZone = 'Europe/London';
const store = () => createRunStore(table.db, table.table);
const ranges = () => createRangeStore(table.db, table.table);

async function call(
  routeKey: string,
  { body, pathParameters = {} }: { body?: unknown; pathParameters?: Record<string, string> },
) {
  const event = {
    routeKey,
    rawPath: '/reports/runs',
    headers: { 'content-type': 'application/json' },
    pathParameters,
    body: JSON.stringify(body),
    requestContext: { requestId: 'request-1', authorizer: { jwt: { claims: { client_id: 'finance' } } } },
  } as unknown as APIGatewayProxyEventV2;
  const response = await httpHandler(...reportRunHandlers(store(), ranges(), timeZone))(event, {} as Context);
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(response.body ?? '{}') as unknown };
}
const post = (body: unknown) => call('POST /reports/runs', { body });
const get = (runId: string) => call('GET /reports/runs/{runId}', { pathParameters: { runId } });
const dayFromToday = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('POST /reports/runs', () => {
  it('accepts a day, returns the location of the run and publishes the request', async () => {
    const { status, headers, body } = await post({ date: '2011-06-15' });
    const { runId } = body as { runId: string };
    expect([status, headers?.['location']]).toEqual([202, `/reports/runs/${runId}`]);
    expect(await get(runId)).toMatchObject({ status: 200, body: { runId, date: '2011-06-15', status: 'requested' } });
    expect(await table.events(`RUN#${runId}`)).toEqual([
      { type: 'ReportRunRequested', data: { runId, date: '2011-06-15' } },
    ]);
  });

  it('accepts the day in progress', async () => {
    expect((await post({ date: dayFromToday(0) })).status).toBe(202);
  });

  it.each([
    ['a day that has not begun', { date: dayFromToday(3) }, '/date'],
    ['a missing day', {}, '/date'],
    ['a day that is not in the calendar', { date: '2011-02-29' }, '/date'],
    ['an unknown field', { date: '2011-06-15', again: true }, '/again'],
    ['a day and a range', { date: '2011-06-15', from: '2011-06-15', to: '2011-06-16' }, '/date'],
    ['a range without an end', { from: '2011-06-15' }, '/to'],
    ['a range without a start', { to: '2011-06-15' }, '/from'],
    ['a range that ends before it starts', { from: '2011-06-15', to: '2011-06-14' }, '/from'],
    ['a range of more than 366 days', { from: '2011-01-01', to: '2012-01-02' }, '/to'],
    ['a range that ends in the future', { from: dayFromToday(-1), to: dayFromToday(3) }, '/to'],
  ])('refuses %s', async (_, content, pointer) => {
    const { status, body } = await post(content);
    expect([status, body]).toEqual([
      422,
      expect.objectContaining({ type: 'invalid-content', errors: [expect.objectContaining({ pointer })] }),
    ]);
  });
});

describe('a range of days', () => {
  const range = { from: '2011-06-15', to: '2011-06-18' };
  const cause = { actor: 'finance', correlationId: 'c', causationId: 'r', now: Date.UTC(2011, 5, 20) };
  const requested = async (content: object = {}) => {
    const { status, headers, body } = await post({ ...range, ...content });
    const { runId } = body as { runId: string };
    expect([status, headers?.['location']]).toEqual([202, `/reports/runs/${runId}`]);
    const force = 'force' in content;
    const event = ReportRangeRequested.envelope.parse(
      newEvent(ReportRangeRequested, { runId, ...range, force }, cause),
    );
    expect((await table.events(`RUN#${runId}`)).map(({ data }) => data)).toEqual([event.detail.data]);
    return { runId, event };
  };
  const idsOf = (runId: string) => ['15', '16', '17', '18'].map((day) => `${runId}-2011-06-${day}`);

  it('shows its progress: requested, running, and failed until the failed day is run again', async () => {
    const { runId, event } = await requested({ force: true });
    const days = { of: 4, completed: 0, failed: 0, running: 0, changed: 0 };
    expect((await get(runId)).body).toMatchObject({ runId, ...range, force: true, status: 'requested', days });
    await requestDays(store(), () => cause.now)(event);
    const [first = '', second = '', third = '', fourth = ''] = idsOf(runId);
    expect(await store().read(first)).toMatchObject({ date: '2011-06-15', status: 'requested', force: true });
    const complete = async (id: string, changed: boolean) => {
      await store().start(id);
      const outcome = { version: 1, changed, manifest: 'm' };
      await store().complete({ runId: id, date: id.slice(-10) }, outcome, cause);
    };
    await complete(first, true);
    await complete(second, false);
    await store().start(third);
    const running = { days: { ...days, completed: 2, running: 1, changed: 1 }, status: 'running', failures: [] };
    expect((await get(runId)).body).toMatchObject(running);
    await store().fail(third, 'the lake is gone');
    await complete(fourth, true);
    expect((await get(runId)).body).toMatchObject({
      status: 'failed',
      days: { completed: 3, failed: 1, running: 0 },
      failures: [{ date: '2011-06-17', runId: third, error: 'the lake is gone' }],
    });
    await complete(third, true);
    expect((await get(runId)).body).toMatchObject({ status: 'completed', days: { completed: 4, changed: 3 } });
  });

  it('requests each day once, also after a crash and when its event is repeated', async () => {
    const { runId, event } = await requested();
    let requests = 0;
    const crashing: Parameters<typeof requestDays>[0] = {
      request: (...input) => {
        requests += 1;
        if (requests === 2) throw new Error('crashed');
        return store().request(...input);
      },
    };
    const job = requestDays(crashing, () => cause.now);
    await expect(job(event)).rejects.toThrow('1 of 4 item(s) failed; the first: Error: crashed');
    await Promise.all([job(event), job(event)]);
    for (const id of idsOf(runId)) expect(await table.events(`RUN#${id}`)).toHaveLength(1);
  });
});

describe('GET /reports/runs/{runId}', () => {
  it('returns 404 for an unknown run', async () => {
    expect(await get('run-unknown')).toMatchObject({ status: 404, body: { type: 'not-found' } });
  });
});
