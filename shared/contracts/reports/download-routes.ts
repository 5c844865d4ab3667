import * as z from 'zod';
import { BusinessDay, PathSegment } from '../../names.ts';
import { StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

const date = BusinessDay.describe('Business day of the reports');

const DayReports = z
  .object({
    date,
    version: z.int().positive().meta({ description: 'Version in force', example: 2 }),
    writtenAt: StoredText.meta({
      description: 'Time at which it came into force',
      example: '2026-11-30T00:30:09.120Z',
    }),
    manifest: StoredText.meta({
      description: 'Key of its manifest in the reports bucket',
      example: 'daily/dt=2026-11-29/v=2/manifest.json',
    }),
    reports: z
      .array(
        z.object({
          name: StoredText.meta({ description: 'Name of the report', example: 'orders' }),
          rows: z.int().nonnegative().meta({ description: 'Number of rows', example: 214 }),
          files: z
            .array(
              z.object({
                file: StoredText.meta({ description: 'Name of the file', example: 'orders.csv' }),
                bytes: z.int().nonnegative().meta({ description: 'Size in bytes', example: 52_110 }),
                sha256: StoredText.meta({
                  description: 'SHA-256 of the content, hexadecimal',
                  example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
                }),
                location: StoredText.meta({
                  description: 'Path that redirects to the content',
                  example: '/reports/2026-11-29/orders.csv',
                }),
              }),
            )
            .max(10)
            .describe('The same rows in each format'),
        }),
      )
      .max(100)
      .describe('The reports of the day'),
  })
  .meta({ id: 'DayReports' });

export const getDayReports = defineRoute({
  method: 'GET',
  path: '/reports/{date}',
  tag: 'Reports',
  summary: "List a business day's reports in force",
  scope: 'reports.read',
  params: z.strictObject({ date }),
  responses: {
    200: { description: 'The version in force', schema: DayReports },
    404: { description: 'No reports of the day were published', schema: Problem },
  },
});

export const getReportFile = defineRoute({
  method: 'GET',
  path: '/reports/{date}/{report}',
  tag: 'Reports',
  summary: 'Download a report in force',
  scope: 'reports.read',
  params: z.strictObject({
    date,
    report: PathSegment.max(100).meta({
      description: 'Name of a report, whose CSV file is meant, or of a file',
      example: 'orders.csv',
    }),
  }),
  responses: {
    302: { description: '`Location` is the file, for five minutes, without a token' },
    404: { description: 'The day has no such report', schema: Problem },
  },
});
