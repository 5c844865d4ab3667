import * as z from 'zod';
import { BusinessDay, PathSegment } from '../../names.ts';
import { StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { ReportRun } from '../reports/routes.ts';
import { InsightFigures } from './figures.ts';

const reading = { method: 'GET', tag: 'Insights', scope: 'reports.read' } as const;

export const postInsightsRun = defineRoute({
  method: 'POST',
  path: '/insights/runs',
  tag: 'Insights',
  summary: 'Compute the insights of a business day',
  scope: 'reports.run',
  body: z.strictObject({
    date: BusinessDay.describe('Last business day of the history; its reports have to be published'),
    force: z.boolean().optional().meta({
      description: 'Compare every file with the stored one instead of the figures only. Default: false',
      example: false,
    }),
  }),
  responses: {
    202: { description: 'Requested; poll `Location`', schema: ReportRun },
    422: { description: 'An invalid date, or a day without published reports', schema: Problem },
  },
});

export const getInsightsRun = defineRoute({
  ...reading,
  path: '/insights/runs/{runId}',
  summary: 'Read a run of insights',
  params: z.strictObject({
    runId: PathSegment.max(64).meta({ description: 'Id of the run', example: 'insights-2026-11-29' }),
  }),
  responses: {
    200: { description: 'The run', schema: ReportRun },
    404: { description: 'Unknown run', schema: Problem },
  },
});

export const getInsights = defineRoute({
  ...reading,
  path: '/insights/{date}',
  summary: 'Read the insights of a day, with links to their files',
  params: z.strictObject({
    date: z.union([BusinessDay, z.literal('latest')]).meta({
      description: 'Last business day of the history, or `latest`',
      example: 'latest',
    }),
  }),
  responses: {
    200: {
      description: 'The version in force',
      schema: z
        .object({
          date: BusinessDay.describe('Last business day of the history'),
          version: z.int().positive().meta({ description: 'Version in force', example: 1 }),
          writtenAt: StoredText.meta({ description: 'When it was written', example: '2026-11-30T00:41:09.120Z' }),
          manifest: StoredText.meta({
            description: 'Key of its manifest in the reports bucket',
            example: 'insights/dt=2026-11-29/v=1/manifest.json',
          }),
          figures: InsightFigures,
          files: z
            .array(
              z.object({
                file: StoredText.meta({ description: 'Name of the file', example: 'forecast.csv' }),
                rows: z.int().nonnegative().meta({ description: 'Rows; 0 of the page', example: 16_800 }),
                bytes: z.int().nonnegative().meta({ description: 'Size in bytes', example: 1_204_110 }),
                sha256: StoredText.meta({
                  description: 'SHA-256 of the content, hexadecimal',
                  example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
                }),
                url: StoredText.meta({
                  description: 'The content, for five minutes, without a token',
                  example: 'https://example.com/insights/dt=2026-11-29/v=1/forecast.csv?X-Amz-Signature=…',
                }),
              }),
            )
            .max(100)
            .describe('The files of the version'),
        })
        .meta({ id: 'Insights' }),
    },
    404: { description: 'No insights of the day were published', schema: Problem },
  },
});
