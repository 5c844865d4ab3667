import { ulid } from 'ulid';
import { getReportRun, postReportRun } from '../../../shared/contracts/reports/routes.ts';
import { problem } from '../../../shared/contracts/problem.ts';
import { on } from '../../../shared/lambda/http-handler.ts';
import { hasBegun } from '../reports/decide.ts';
import type { ReportStore } from './run-store.ts';

/** Routes of the report runs. A day in progress may be run: the run of the next night, or a later one, restates it. */
export const reportHandlers = (store: ReportStore, timeZone: string) => [
  on(postReportRun, async ({ body: { date }, cause }) => {
    if (!hasBegun(date, cause.now, timeZone)) {
      const errors = [{ pointer: '/date', detail: `The day has not begun in ${timeZone}` }];
      return problem(422, 'invalid-content', `The business day ${date} has not begun.`, { errors });
    }
    const { run } = await store.request(`run-${ulid(cause.now)}`, date, cause);
    return { status: 202, headers: { location: `/reports/runs/${run.runId}` }, body: run };
  }),
  on(getReportRun, async ({ params: { runId } }) => {
    const run = await store.run(runId);
    return run ? { status: 200, body: run } : problem(404, 'not-found', `There is no report run ${runId}.`);
  }),
];
