import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHandlers } from '../../../functions/nightly-metrics/run/run-api.ts';
import { Firing, requestNightly } from '../../../functions/nightly-metrics/schedule/nightly-runs.ts';
import { createLake } from '../../../functions/nightly-metrics/run/lake-store.ts';
import { createReportStore } from '../../../functions/nightly-metrics/run/run-store.ts';
import { httpHandler } from '../../../shared/lambda/http-handler.ts';
import { lateKey } from '../../../shared/lake.ts';
import { memoryS3 } from './memory-s3.ts';
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

/** A firing of the schedule, with what the lake notes as late: on which day something of which came. */
const nightly = (time: string, late: [cameOn: string, day: string][] = []) => {
  const s3 = memoryS3();
  for (const [cameOn, day] of late) s3.objects.set(`lake/${lateKey(cameOn, day)}`, Buffer.alloc(0));
  return requestNightly(store(), createLake(s3.client, 'lake'), timeZone)(Firing.parse({ time }), Date.now());
};

describe('nightly schedule', () => {
  it('requests the day before once, however often and late it fires', async () => {
    const run = { runId: 'nightly-2012-06-15', date: '2012-06-15' };
    expect(await nightly('2012-06-15T23:30:00Z')).toEqual([{ ...run, isNew: true }]);
    expect(await nightly('2012-06-15T23:30:00Z')).toEqual([{ ...run, isNew: false }]);
    expect(await table.events('RUN#nightly-2012-06-15')).toHaveLength(1);
  });

  it('requests each earlier day once of which something came on the day before', async () => {
    const late: [string, string][] = [
      ['2013-06-14', '2013-06-12'],
      ['2013-06-15', '2009-12-31'],
      // The last day of 9999, by a clock twelve hours behind: there are no reports of it.
      ['2013-06-15', '10000-01-01'],
      ['2013-06-15', '2013-06-13'],
      ['2013-06-15', '2013-06-14'],
      ['2013-06-16', '2013-06-01'],
    ];
    const dates = ['2013-06-15', '2009-12-31', '2013-06-13', '2013-06-14'];
    const asked = await nightly('2013-06-15T23:30:00Z', late);
    expect(asked.map(({ date, isNew }) => [date, isNew])).toEqual(dates.map((date) => [date, true]));
    const again = await nightly('2013-06-15T23:30:00Z', late);
    expect(again.map(({ date, isNew }) => [date, isNew])).toEqual(dates.map((date) => [date, false]));
    expect(await table.events('RUN#nightly-2013-06-15-2009-12-31')).toEqual([
      { type: 'ReportRunRequested', data: { runId: 'nightly-2013-06-15-2009-12-31', date: '2009-12-31' } },
    ]);
    // What came the next day is the next night's.
    expect((await nightly('2013-06-16T23:30:00Z', late)).map(({ runId }) => runId)).toEqual([
      'nightly-2013-06-16',
      'nightly-2013-06-16-2013-06-01',
    ]);
  });

  it('requests the day before also when the lake cannot be listed, and the rest when it fires again', async () => {
    const lake = { lateDays: () => Promise.reject(new Error('SlowDown')) };
    const firing = Firing.parse({ time: '2014-06-15T23:30:00Z' });
    await expect(requestNightly(store(), lake, timeZone)(firing, Date.now())).rejects.toThrow('SlowDown');
    expect(await store().run('nightly-2014-06-15')).toMatchObject({ status: 'requested' });
    expect(await nightly('2014-06-15T23:30:00Z', [['2014-06-15', '2014-06-01']])).toMatchObject([
      { runId: 'nightly-2014-06-15', isNew: false },
      { runId: 'nightly-2014-06-15-2014-06-01', isNew: true },
    ]);
  });

  it('is refused without the time it was due', () => {
    expect(() => Firing.parse({})).toThrow(/time/);
  });
});
