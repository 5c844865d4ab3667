import { ulid } from 'ulid';
import { problem } from '../../../shared/contracts/problem.ts';
import { getReportRun, postReportRun } from '../../../shared/contracts/reports/routes.ts';
import { on } from '../../../shared/lambda/http-handler.ts';
import { hasBegun } from './decide.ts';
import type { RunStore } from './run-store.ts';

/** Handlers of the report run routes. The nightly run, or a later run, restates a day that was reported in progress. */
export const reportRunHandlers = (store: RunStore, timeZone: string) => [
  on(postReportRun, async ({ body: { date }, cause }) => {
    if (!hasBegun(date, cause.now, timeZone)) {
      const errors = [{ pointer: '/date', detail: `The day has not begun in ${timeZone}` }];
      return problem(422, 'invalid-content', `The business day ${date} has not begun.`, { errors });
    }
    const { run } = await store.request(`run-${ulid(cause.now)}`, date, cause);
    return { status: 202, headers: { location: `/reports/runs/${run.runId}` }, body: run };
  }),
  on(getReportRun, async ({ params: { runId } }) => {
    const run = await store.read(runId);
    return run ? { status: 200, body: run } : problem(404, 'not-found', `There is no report run ${runId}.`);
  }),
];
