import { ulid } from 'ulid';
import { businessDays, daysBefore } from '../../../shared/business-day.ts';
import {
  getReportBundle,
  getReportBundleContent,
  postReportBundle,
  type ReportBundle,
} from '../../../shared/contracts/reports/bundle-routes.ts';
import { problem } from '../../../shared/contracts/problem.ts';
import { on } from '../../../shared/lambda/http-handler.ts';
import type { BundleFileStore } from './bundle-file-store.ts';
import type { BundleStore } from './bundle-store.ts';

/** Handlers of the routes of bundles of reports. */
export const bundleHandlers = (store: BundleStore, files: Pick<BundleFileStore, 'link'>, timeZone: string) => [
  on(postReportBundle, async ({ body: { period }, cause }) => {
    const [from, last] = daysOf(period);
    const today = businessDays(timeZone)(cause.now);
    if (from > today) {
      const errors = [{ pointer: '/period', detail: `The period has not begun in ${timeZone}` }];
      return problem(422, 'invalid-content', `The period ${period} has not begun.`, { errors });
    }
    const bundle: ReportBundle = {
      bundleId: `bundle-${ulid(cause.now)}`,
      period,
      from,
      to: last < today ? last : today,
      status: 'requested',
      requestedAt: new Date(cause.now).toISOString(),
    };
    await store.request(bundle, cause);
    return { status: 202, headers: { location: `/reports/bundles/${bundle.bundleId}` }, body: bundle };
  }),
  on(getReportBundle, async ({ params: { bundleId }, cause }) => {
    const bundle = await store.read(bundleId, cause.now);
    if (!bundle) return problem(404, 'not-found', `There is no bundle ${bundleId}.`);
    const isCompleted = bundle.status === 'completed';
    return {
      status: 200,
      body: { ...bundle, ...(isCompleted && { location: `/reports/bundles/${bundleId}/content` }) },
    };
  }),
  on(getReportBundleContent, async ({ params: { bundleId }, cause }) => {
    const bundle = await store.read(bundleId, cause.now);
    if (bundle?.status !== 'completed') {
      return problem(404, 'not-found', `There is no completed bundle ${bundleId}.`);
    }
    return { status: 302, headers: { location: await files.link(bundleId, `reports-${bundle.period}.zip`) } };
  }),
];

/** First and last day of a month or a year. */
function daysOf(period: string): [string, string] {
  const [year = '', month] = period.split('-');
  if (month === undefined) return [`${year}-01-01`, `${year}-12-31`];
  const next =
    month === '12'
      ? `${String(Number(year) + 1).padStart(4, '0')}-01-01`
      : `${year}-${String(Number(month) + 1).padStart(2, '0')}-01`;
  return [`${period}-01`, daysBefore(next, 1)];
}
