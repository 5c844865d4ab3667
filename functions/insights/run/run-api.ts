import { ulid } from 'ulid';
import { getInsightsRun, postInsightsRun } from '../../../shared/contracts/insights/routes.ts';
import { problem } from '../../../shared/contracts/problem.ts';
import { on } from '../../../shared/lambda/http-handler.ts';
import type { RunStore } from './run-store.ts';

/** Handlers of the routes that request and read runs. `hasReports`: whether the reports of a day are published. */
export const runHandlers = (store: RunStore, hasReports: (date: string) => Promise<boolean>) => [
  on(postInsightsRun, async ({ body: { date, force = false }, cause }) => {
    if (!(await hasReports(date))) {
      return problem(422, 'invalid-content', `The reports of ${date} are not published.`, {
        errors: [{ pointer: '/date', detail: 'A day without published reports' }],
      });
    }
    const { run } = await store.request(`run-${ulid(cause.now)}`, date, cause, { force });
    return { status: 202, headers: { location: `/insights/runs/${run.runId}` }, body: run };
  }),
  on(getInsightsRun, async ({ params: { runId } }) => {
    const run = await store.read(runId);
    return run ? { status: 200, body: run } : problem(404, 'not-found', `There is no run ${runId} of insights.`);
  }),
];
