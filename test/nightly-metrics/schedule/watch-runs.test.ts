import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunStore } from '../../../functions/nightly-metrics/run/run-store.ts';
import { createNightStore } from '../../../functions/nightly-metrics/schedule/night-store.ts';
import { watchRuns } from '../../../functions/nightly-metrics/schedule/watch-runs.ts';
import { startReportTable } from '../run/report-table.ts';

let table: Awaited<ReturnType<typeof startReportTable>>;
beforeAll(async () => {
  table = await startReportTable();
});
afterAll(() => table.stop());

const runs = () => createRunStore(table.db, table.table);
const nights = () => createNightStore(table.db, table.table);
const cause = { actor: 'a', correlationId: 'c', causationId: 'c', now: Date.UTC(2012, 5, 16) };
/** Watches the night after a day of June 2012. */
const watch = (
  day: number,
  read: (runId: string) => ReturnType<ReturnType<typeof runs>['read']> = (runId) => runs().read(runId),
) =>
  watchRuns({ runs: { read }, nights: nights() }, 'Europe/London')(
    { time: `2012-06-${day + 1}T02:30:00Z` },
    Date.UTC(2012, 5, day + 1, 2, 30),
  );
const complete = async (runId: string) => {
  await runs().request(runId, runId.slice(-10), cause);
  await runs().complete({ runId, date: runId.slice(-10) }, { version: 1, changed: true, manifest: 'm' }, cause);
};
const alarms = async (day: string) => (await table.events(`OVERDUE#${day}`)).map(({ data }) => data);

describe('the watch over the runs of a night', () => {
  it('is silent when the run of yesterday is complete', async () => {
    await complete('nightly-2012-06-10');
    expect(await watch(10)).toEqual([]);
    expect(await alarms('2012-06-10')).toEqual([]);
  });

  // Seen failing with `status === 'failed'` as the condition.
  it('raises an alarm once when the night never ran, and says what finance misses', async () => {
    await watch(12);
    await watch(12);
    const impact = 'There are no sales, refunds and totals of 2012-06-12.';
    const overdue = [{ date: '2012-06-12', runId: 'nightly-2012-06-12', status: 'missing', impact }];
    expect(await alarms('2012-06-12')).toEqual([{ arrivalDay: '2012-06-12', days: 1, overdue }]);
  });

  it('names runs that are slow or failed, and the days that the night restates', async () => {
    const restated = ['2012-06-13', '2012-06-09', '2012-06-01'];
    await nights().write(await nights().last(), '2012-06-14', { restated, waiting: [] }, cause);
    await complete('nightly-2012-06-14-2012-06-13');
    await runs().request('nightly-2012-06-14', '2012-06-14', cause);
    await runs().start('nightly-2012-06-14');
    await runs().request('nightly-2012-06-14-2012-06-09', '2012-06-09', cause);
    await runs().fail('nightly-2012-06-14-2012-06-09', 'the lake is gone');
    expect(await watch(14)).toMatchObject([
      { date: '2012-06-14', status: 'running' },
      { date: '2012-06-09', status: 'failed', error: 'the lake is gone' },
      {
        date: '2012-06-01',
        status: 'missing',
        impact: 'Events of 2012-06-01 that arrived later are not in its reports.',
      },
    ]);
  });

  it.each(['nightly-2012-06-16', 'nightly-2012-06-16-2012-06-02'])(
    'a run that cannot be read (%s) delays no other',
    async (unreadable) => {
      await nights().write(
        await nights().last(),
        '2012-06-16',
        { restated: ['2012-06-02', '2012-06-01'], waiting: [] },
        cause,
      );
      const read = (runId: string) => (runId === unreadable ? Promise.reject(new Error('defect')) : runs().read(runId));
      await expect(watch(16, read)).rejects.toThrow('defect');
      expect(await alarms('2012-06-16')).toMatchObject([{ days: 3 }]);
    },
  );
});
