import { getInsights } from '../../../shared/contracts/insights/routes.ts';
import { problem } from '../../../shared/contracts/problem.ts';
import { on } from '../../../shared/lambda/http-handler.ts';
import type { PublishedStore } from '../../../shared/reports/publishing/published-store.ts';
import type { NewestStore } from '../run/newest-store.ts';
import type { Published } from './published.ts';

/** Handler of the route that reads the version in force of a day, or of the newest day. */
export const publishedHandlers = (
  store: Pick<PublishedStore<Published>, 'inForce' | 'link'>,
  newest: Pick<NewestStore, 'read'>,
) => [
  on(getInsights, async ({ params: { date: wanted } }) => {
    const date = wanted === 'latest' ? await newest.read() : wanted;
    const published = date === undefined ? undefined : await store.inForce(date);
    if (date === undefined || !published) {
      return problem(
        404,
        'not-found',
        wanted === 'latest' ? 'No insights were published.' : `There are no insights of ${wanted}.`,
      );
    }
    const { version, writtenAt, manifest, figures, reports } = published;
    const listed = reports.flatMap(({ rows, files }) => files.map((file) => ({ ...file, rows })));
    const files = await Promise.all(
      listed.map(async (each) => Object.assign({}, each, { url: await store.link({ manifest }, each.file) })),
    );
    return { status: 200, body: { date, version, writtenAt, manifest, figures, files } };
  }),
];
