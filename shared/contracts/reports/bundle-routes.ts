import * as z from 'zod';
import { BusinessDay, PathSegment } from '../../names.ts';
import { StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

export const BundlePeriod = z
  .string()
  .regex(/^\d{4}(-(0[1-9]|1[0-2]))?$/)
  .meta({ description: 'A month or a year', example: '2026-11' });

const count = (description: string, example: number) => z.int().nonnegative().optional().meta({ description, example });

export const ReportBundle = z
  .object({
    bundleId: StoredText.meta({ description: 'Id of the bundle', example: 'bundle-01kb9zq4y8t4v7c0m3j5r6n8px' }),
    period: BundlePeriod,
    from: BusinessDay.describe('First business day'),
    to: BusinessDay.describe('Last business day: of the current period, the last one that has begun'),
    status: z.enum(['requested', 'completed']).describe('Completed bundles can be downloaded for seven days'),
    requestedAt: StoredText.meta({ description: 'Time of the request', example: '2026-11-30T09:00:00.000Z' }),
    completedAt: StoredText.optional().meta({
      description: 'Time of the completion',
      example: '2026-11-30T09:00:21.310Z',
    }),
    days: count('Days whose reports it has', 29),
    files: count('Files in it', 812),
    bytes: count('Size of the zip file', 4_120_331),
    location: StoredText.optional().meta({
      description: 'Path that redirects to the zip file',
      example: '/reports/bundles/bundle-01kb9zq4y8t4v7c0m3j5r6n8px/content',
    }),
  })
  .meta({ id: 'ReportBundle' });
export type ReportBundle = z.infer<typeof ReportBundle>;

const params = z.strictObject({
  bundleId: PathSegment.max(100).meta({
    description: 'Id of the bundle',
    example: 'bundle-01kb9zq4y8t4v7c0m3j5r6n8px',
  }),
});

export const postReportBundle = defineRoute({
  method: 'POST',
  path: '/reports/bundles',
  tag: 'Reports',
  summary: 'Request the reports of a month or a year as one zip file',
  description:
    'The zip has a folder for each day with the version in force: its manifest, its CSV files and its page, and `bundle.json` with the versions and the days without reports. Parquet files are not in it: Athena and `tables/` are for those.',
  scope: 'reports.read',
  body: z.strictObject({ period: BundlePeriod }),
  responses: {
    202: { description: '`Location` is the bundle, which is completed later', schema: ReportBundle },
    422: { description: 'The period has not begun', schema: Problem },
  },
});

export const getReportBundle = defineRoute({
  method: 'GET',
  path: '/reports/bundles/{bundleId}',
  tag: 'Reports',
  summary: 'Read a requested bundle of reports',
  scope: 'reports.read',
  params,
  responses: {
    200: { description: 'The bundle', schema: ReportBundle },
    404: { description: 'There is no such bundle, or its seven days are over', schema: Problem },
  },
});

export const getReportBundleContent = defineRoute({
  method: 'GET',
  path: '/reports/bundles/{bundleId}/content',
  tag: 'Reports',
  summary: 'Download a completed bundle of reports',
  scope: 'reports.read',
  params,
  responses: {
    302: { description: '`Location` is the zip file, for five minutes, without a token' },
    404: { description: 'There is no such bundle, or it is not completed', schema: Problem },
  },
});
