import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHandlers } from '../../functions/nightly-metrics/api.ts';
import { Firing, requestNightly } from '../../functions/nightly-metrics/nightly.ts';
import { createReportStore } from '../../functions/nightly-metrics/store.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { startReportTable } from './report-table.ts';

let table: Awaited<ReturnType<typeof startReportTable>>;
beforeAll(async () => {
  table = await startReportTable();
});
afterAll(() => table.stop());

const timeZone = 'Europe/London';
const store = () => createReportStore(table.db, table.table);

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
  const answer = await httpHandler(...reportHandlers(store(), timeZone))(event, {} as Context);
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body ?? '{}') as unknown };
}
const post = (body: unknown) => call('POST /reports/runs', { body });
const get = (runId: string) => call('GET /reports/runs/{runId}', { pathParameters: { runId } });
const dayFromToday = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('POST /reports/runs', () => {
  it('takes a day, answers where to watch, and publishes the request', async () => {
    const { status, headers, body } = await post({ date: '2011-06-15' });
    const { runId } = body as { runId: string };
    expect([status, headers?.['location']]).toEqual([202, `/reports/runs/${runId}`]);
    expect(await get(runId)).toMatchObject({ status: 200, body: { runId, date: '2011-06-15', status: 'requested' } });
    expect(await table.events(`RUN#${runId}`)).toEqual([
      { type: 'ReportRunRequested', data: { runId, date: '2011-06-15' } },
    ]);
  });

  it('takes the day in progress', async () => {
    expect((await post({ date: dayFromToday(0) })).status).toBe(202);
  });

  it.each([
    ['a day that has not begun', { date: dayFromToday(3) }, '/date'],
    ['no day', {}, '/date'],
    ['a day that is not in the calendar', { date: '2011-02-29' }, '/date'],
    ['an unknown field', { date: '2011-06-15', force: true }, '/force'],
  ])('refuses %s', async (_, content, pointer) => {
    const { status, body } = await post(content);
    expect([status, body]).toEqual([
      422,
      expect.objectContaining({ type: 'invalid-content', errors: [expect.objectContaining({ pointer })] }),
    ]);
  });
});

describe('GET /reports/runs/{runId}', () => {
  it('answers 404 for a run that nobody requested', async () => {
    expect(await get('run-unknown')).toMatchObject({ status: 404, body: { type: 'not-found' } });
  });
});

const nightly = (time: string) => requestNightly(store(), timeZone)(Firing.parse({ time }), Date.now());

describe('nightly schedule', () => {
  it('requests the day before once, however often and late it fires', async () => {
    expect(await nightly('2012-06-15T23:30:00Z')).toEqual({
      runId: 'nightly-2012-06-15',
      date: '2012-06-15',
      isNew: true,
    });
    expect(await nightly('2012-06-15T23:30:00Z')).toMatchObject({ runId: 'nightly-2012-06-15', isNew: false });
    expect(await table.events('RUN#nightly-2012-06-15')).toHaveLength(1);
  });

  it('is refused without the time it was due', () => {
    expect(() => Firing.parse({})).toThrow(/time/);
  });
});
