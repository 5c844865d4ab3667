import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportRunHandlers } from '../../../functions/nightly-metrics/run/run-api.ts';
import { createRunStore } from '../../../functions/nightly-metrics/run/run-store.ts';
import { httpHandler } from '../../../shared/lambda/http-handler.ts';
import { startReportTable } from './report-table.ts';

let table: Awaited<ReturnType<typeof startReportTable>>;
beforeAll(async () => {
  table = await startReportTable();
});
afterAll(() => table.stop());

const timeZone = 'Europe/London';
const store = () => createRunStore(table.db, table.table);

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
  const response = await httpHandler(...reportRunHandlers(store(), timeZone))(event, {} as Context);
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
  it('returns 404 for an unknown run', async () => {
    expect(await get('run-unknown')).toMatchObject({ status: 404, body: { type: 'not-found' } });
  });
});
