import { expect, test } from 'vitest';
import { createAnalysisFiles } from '../../../functions/promotion-scheduling/analyses/analysis-files-client.ts';
import { createPastBaskets } from '../../../functions/promotion-scheduling/worst-case/past-baskets-client.ts';
import { memoryS3 } from '../../nightly-metrics/run/memory-s3.ts';

// Seen failing with a bucket that ignores conditions: the last of several writes replaced the others.
test('replays that end at the same time all add their days', async () => {
  const files = createAnalysisFiles(memoryS3().client, 'reports');
  const baskets = createPastBaskets(async () => files);
  const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];
  const add = (day: string) => baskets.add({ [day]: [{ lines: [['MUG', 1]], orders: 1 }] });
  await Promise.all([...days.map(add), add('2026-01-01')]);
  expect(await baskets.read()).toEqual({
    days,
    baskets: [{ lines: [['MUG', 1]], orders: 4, lastDay: '2026-01-04' }],
  });
});
