import { ulid } from 'ulid';
import type * as z from 'zod';
import { daysFrom } from '../../../shared/business-day.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { getReportRun, maxRangeDays, postReportRun } from '../../../shared/contracts/reports/routes.ts';
import { on } from '../../../shared/lambda/http-handler.ts';
import { hasBegun, progressOf, runsOfRange } from './decide.ts';
import type { RangeStore } from './range-store.ts';
import type { RunStore } from './run-store.ts';

type Requested = z.infer<typeof postReportRun.body>;

const invalid = (detail: string, ...errors: { pointer: string; detail: string }[]) =>
  problem(422, 'invalid-content', detail, { errors });

/** Handlers of the report run routes. The nightly run, or a later run, restates a day that was reported in progress. */
export const reportRunHandlers = (store: RunStore, ranges: RangeStore, timeZone: string) => {
  const isEarly = (date: string, { now }: Cause) => !hasBegun(date, now, timeZone);
  const early = (pointer: string, date: string) =>
    invalid(`The business day ${date} has not begun.`, { pointer, detail: `The day has not begun in ${timeZone}` });
  const accepted = (body: { runId: string }): HttpResponse => ({
    status: 202,
    headers: { location: `/reports/runs/${body.runId}` },
    body,
  });

  async function requestRange(from: string, to: string, force: boolean, cause: Cause): Promise<HttpResponse> {
    const days = daysFrom(from, to, maxRangeDays).length;
    if (days === 0)
      return invalid('The range is empty.', { pointer: '/from', detail: 'The first day is after the last' });
    if (days > maxRangeDays) {
      return invalid('The range is too long.', { pointer: '/to', detail: `A range has at most ${maxRangeDays} days` });
    }
    if (isEarly(to, cause)) return early('/to', to);
    const requestedAt = new Date(cause.now).toISOString();
    const range = { runId: `run-${ulid(cause.now)}`, from, to, force, requestedAt };
    await ranges.request(range, cause);
    return accepted(progressOf(range, []));
  }

  return [
    on(postReportRun, async ({ body, cause }) => {
      const { date, from, to, force = false } = body;
      const problems = problemsOf(body);
      if (problems.length > 0) return invalid('A run is of a day or of a range of days.', ...problems);
      if (from !== undefined && to !== undefined) return requestRange(from, to, force, cause);
      if (date === undefined || isEarly(date, cause)) return early('/date', date ?? '');
      const { run } = await store.request(`run-${ulid(cause.now)}`, date, cause, { force });
      return accepted(run);
    }),
    on(getReportRun, async ({ params: { runId } }) => {
      const run = await store.read(runId);
      if (run) return { status: 200, body: run };
      const range = await ranges.read(runId);
      if (!range) return problem(404, 'not-found', `There is no report run ${runId}.`);
      const runs = await ranges.runs(runsOfRange(range).map((each) => each.runId));
      return { status: 200, body: progressOf(range, runs) };
    }),
  ];
};

/** What is wrong with the days of a request: it has either `date`, or `from` and `to`. */
function problemsOf({ date, from, to }: Requested) {
  const days = { '/from': from, '/to': to };
  const isRange = from !== undefined || to !== undefined;
  if (!isRange) return date === undefined ? [{ pointer: '/date', detail: 'Neither a day nor a range' }] : [];
  if (date !== undefined) return [{ pointer: '/date', detail: 'Both a day and a range' }];
  return Object.entries(days).flatMap(([pointer, day]) =>
    day === undefined ? [{ pointer, detail: 'A range has a first and a last day' }] : [],
  );
}
