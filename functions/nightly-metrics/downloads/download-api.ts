import { problem } from '../../../shared/contracts/problem.ts';
import { getDayReports, getReportFile } from '../../../shared/contracts/reports/download-routes.ts';
import { on } from '../../../shared/lambda/http-handler.ts';
import type { PublishedStore } from '../../../shared/reports/publishing/published-store.ts';
import type { Published } from './published.ts';

/** Handlers of the routes that read published reports: always the version in force. */
export const downloadHandlers = (store: PublishedStore<Published>) => [
  on(getDayReports, async ({ params: { date } }) => {
    const published = await store.inForce(date);
    if (!published) return problem(404, 'not-found', `No reports of ${date} were published.`);
    const { version, writtenAt, manifest, reports } = published;
    const listed = reports.map(({ name, rows, files }) => ({
      name,
      rows,
      files: files.map((each) => ({ ...each, location: `/reports/${date}/${each.file}` })),
    }));
    return { status: 200, body: { date, version, writtenAt, manifest, reports: listed } };
  }),
  on(getReportFile, async ({ params: { date, report } }) => {
    const published = await store.inForce(date);
    // Only names of the manifest: a name of the caller is never part of a key.
    const files = published?.reports.flatMap(({ files: own }) => own.map(({ file }) => file)) ?? [];
    const file = files.find((each) => each === report || each === `${report}.csv`);
    if (!published || file === undefined) return problem(404, 'not-found', `There is no report ${report} of ${date}.`);
    return { status: 302, headers: { location: await store.link(published, file) } };
  }),
];
