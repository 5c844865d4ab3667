import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLakeStore } from '../../../shared/lake/lake-store.ts';
import { createRunStore } from '../../../functions/nightly-metrics/run/run-store.ts';
import { requestNightlyRuns, ScheduledInvocation } from '../../../functions/nightly-metrics/schedule/nightly-runs.ts';
import { createNightStore } from '../../../functions/nightly-metrics/schedule/night-store.ts';
import { lateArrivalKey } from '../../../shared/lake/lake-keys.ts';
import { memoryS3 } from '../run/memory-s3.ts';
import { startReportTable } from '../run/report-table.ts';

let table: Awaited<ReturnType<typeof startReportTable>>;
beforeAll(async () => {
  table = await startReportTable();
});
afterAll(() => table.stop());

const timeZone = 'Europe/London';
type Stores = Parameters<typeof requestNightlyRuns>[0];
const store = () => createRunStore(table.db, table.table);
const nights = () => createNightStore(table.db, table.table);

/** Invokes the nightly job at its scheduled time `time`, over a lake with these late arrivals. */
const nightly = (
  time: string,
  late: [arrivalDay: string, day: string][] = [],
  maxRestatedDays = 400,
  request: Stores['runs']['request'] = (...run) => store().request(...run),
) => {
  const s3 = memoryS3();
  for (const [arrivalDay, day] of late) s3.objects.set(`lake/${lateArrivalKey(arrivalDay, day)}`, Buffer.alloc(0));
  const runs: Stores['runs'] = { read: (runId) => store().read(runId), request };
  const stores: Stores = { runs, lake: createLakeStore(s3.client, 'lake'), nights: nights() };
  return requestNightlyRuns(stores, timeZone, maxRestatedDays)(ScheduledInvocation.parse({ time }), Date.now());
};

describe('nightly schedule', () => {
  it('requests the run of the day before once, however often it is invoked', async () => {
    const run = { runId: 'nightly-2012-06-15', date: '2012-06-15' };
    expect(await nightly('2012-06-15T23:30:00Z')).toEqual([{ ...run, isNew: true }]);
    expect(await nightly('2012-06-15T23:30:00Z')).toEqual([{ ...run, isNew: false }]);
    expect(await table.events('RUN#nightly-2012-06-15')).toHaveLength(1);
  });

  it('requests one run of each earlier day with events that arrived on the day before', async () => {
    const late: [string, string][] = [
      ['2013-06-14', '2013-06-12'],
      ['2013-06-15', '2009-12-31'],
      // An event at the end of 9999 in a zone behind UTC: such a day has no reports.
      ['2013-06-15', '10000-01-01'],
      ['2013-06-15', '2013-06-13'],
      ['2013-06-15', '2013-06-14'],
      ['2013-06-16', '2013-06-01'],
    ];
    const dates = ['2013-06-15', '2013-06-14', '2013-06-13', '2009-12-31'];
    const requested = await nightly('2013-06-15T23:30:00Z', late);
    expect(requested.map(({ date, isNew }) => [date, isNew])).toEqual(dates.map((date) => [date, true]));
    const again = await nightly('2013-06-15T23:30:00Z', late);
    expect(again.map(({ date, isNew }) => [date, isNew])).toEqual(dates.map((date) => [date, false]));
    expect(await table.events('RUN#nightly-2013-06-15-2009-12-31')).toEqual([
      { type: 'ReportRunRequested', data: { runId: 'nightly-2013-06-15-2009-12-31', date: '2009-12-31' } },
    ]);
    // Events that arrived the next day are in the next nightly job.
    expect((await nightly('2013-06-16T23:30:00Z', late)).map(({ runId }) => runId)).toEqual([
      'nightly-2013-06-16',
      'nightly-2013-06-16-2013-06-01',
    ]);
  });

  it('requests the day before when the lake cannot be listed, and the other days when it is retried', async () => {
    const lake = { daysWithLateArrivals: () => Promise.reject(new Error('SlowDown')) };
    const invocation = ScheduledInvocation.parse({ time: '2014-06-15T23:30:00Z' });
    const request = requestNightlyRuns({ runs: store(), lake, nights: nights() }, timeZone, 400);
    await expect(request(invocation, Date.now())).rejects.toThrow('SlowDown');
    expect(await store().read('nightly-2014-06-15')).toMatchObject({ status: 'requested' });
    expect(await nightly('2014-06-15T23:30:00Z', [['2014-06-15', '2014-06-01']])).toMatchObject([
      { runId: 'nightly-2014-06-15', isNew: false },
      { runId: 'nightly-2014-06-15-2014-06-01', isNew: true },
    ]);
  });

  it('restates the newest days up to the limit, and the others in the next nights, which an event names', async () => {
    const years = ['2001', '2002', '2003', '2004', '2005'];
    const late: [string, string][] = years.map((year) => ['2015-06-15', `${year}-01-01`]);
    const alsoLate: [string, string][] = [
      ['2015-06-16', '2015-06-10'],
      // Waits already, and has events of the next day too.
      ['2015-06-16', '2001-01-01'],
    ];
    const nightOf = async (time: string) =>
      (await nightly(time, [...late, ...alsoLate], 2)).slice(1).map(({ date, isNew }) => [date, isNew]);
    const first = (isNew: boolean) => [
      ['2005-01-01', isNew],
      ['2004-01-01', isNew],
    ];
    expect(await nightOf('2015-06-15T23:30:00Z')).toEqual(first(true));
    expect(await nightOf('2015-06-15T23:30:00Z')).toEqual(first(false));
    expect(await nightOf('2015-06-16T23:30:00Z')).toEqual([
      ['2015-06-10', true],
      ['2003-01-01', true],
    ]);
    // A late repetition takes no day from the next night.
    expect(await nightOf('2015-06-15T23:30:00Z')).toEqual(first(false));
    expect(await nightOf('2015-06-17T23:30:00Z')).toEqual([
      ['2002-01-01', true],
      ['2001-01-01', true],
    ]);
    expect(await nightOf('2015-06-18T23:30:00Z')).toEqual([]);
    expect((await table.events('RESTATEMENTS')).map(({ data }) => data)).toEqual([
      { arrivalDay: '2015-06-15', days: 3, waiting: ['2003-01-01', '2002-01-01', '2001-01-01'] },
      { arrivalDay: '2015-06-16', days: 2, waiting: ['2002-01-01', '2001-01-01'] },
    ]);
  });

  it('keeps the days that wait after a late invocation of an older night, once, with an event', async () => {
    const late: [string, string][] = ['2001', '2002', '2003'].map((year) => ['2016-06-15', `${year}-01-01`]);
    const nightOf = async (time: string) => (await nightly(time, late, 1)).slice(1).map(({ date }) => date);
    await nightOf('2016-06-16T23:30:00Z');
    expect(await nightOf('2016-06-15T23:30:00Z')).toEqual(['2003-01-01']);
    expect(await nightOf('2016-06-15T23:30:00Z')).toEqual(['2003-01-01']);
    expect(await nightOf('2016-06-17T23:30:00Z')).toEqual(['2002-01-01']);
    expect(await nightOf('2016-06-18T23:30:00Z')).toEqual(['2001-01-01']);
    const events = (await table.events('RESTATEMENTS')).map(({ data }) => data as { arrivalDay: string });
    expect(events.filter(({ arrivalDay }) => arrivalDay.startsWith('2016-'))).toEqual([
      { arrivalDay: '2016-06-16', days: 2, waiting: ['2002-01-01', '2001-01-01'] },
      { arrivalDay: '2016-06-17', days: 1, waiting: ['2001-01-01'] },
    ]);
  });

  describe('when the request of a day fails', () => {
    // More than are requested at once.
    const lateDays = Array.from({ length: 14 }, (_, index) => String(14 - index).padStart(2, '0'));
    const late = (year: string): [string, string][] => lateDays.map((day) => [`${year}-06-15`, `${year}-06-${day}`]);
    const failing =
      (failed: string[], error: () => Error): Stores['runs']['request'] =>
      (runId, date, cause) =>
        failed.includes(date) ? Promise.reject(error()) : store().request(runId, date, cause);
    const defect = () => new TypeError('defect');

    it.each([
      ['the first', '2021', '14'],
      ['the middle', '2022', '07'],
      ['the last', '2023', '01'],
      ['the day before', '2024', '15'],
    ])('requests the others: %s', async (_name, year, day) => {
      const bad = `${year}-06-${day}`;
      const request = nightly(`${year}-06-15T23:30:00Z`, late(year), 400, failing([bad], defect));
      await expect(request).rejects.toThrow('defect');
      const idOf = (date: string) => (date === `${year}-06-15` ? `nightly-${date}` : `nightly-${year}-06-15-${date}`);
      const dates = ['15', ...lateDays].map((each) => `${year}-06-${each}`);
      const found = await Promise.all(dates.map(async (date) => [date, await store().read(idOf(date))] as const));
      expect(found.filter(([, run]) => run === undefined).map(([date]) => date)).toEqual([bad]);
    });

    it('requests it in the next night', async () => {
      const crash = failing(['2025-06-11', '2025-06-10'], defect);
      await expect(nightly('2025-06-15T23:30:00Z', late('2025'), 400, crash)).rejects.toThrow('defect');
      expect((await nightly('2025-06-16T23:30:00Z')).map(({ runId }) => runId)).toEqual([
        'nightly-2025-06-16',
        'nightly-2025-06-16-2025-06-11',
        'nightly-2025-06-16-2025-06-10',
      ]);
      expect(await nightly('2025-06-17T23:30:00Z')).toHaveLength(1);
    });
  });

  it('refuses an invocation without its scheduled time', () => {
    expect(() => ScheduledInvocation.parse({})).toThrow(/time/);
  });
});
