import { createHash } from 'node:crypto';
import * as z from 'zod';
import { InsightFigures } from '../../../shared/contracts/insights/figures.ts';
import { BusinessDay } from '../../../shared/names.ts';
import type { Digests } from '../../../shared/reports/publishing/publication.ts';
import { ReportEntry } from '../../../shared/reports/publishing/report-entry.ts';

/** Input, figures and files of a version of a day's insights. Written last: a version with a manifest is complete. */
export const Manifest = z.object({
  date: BusinessDay,
  timeZone: z.string(),
  version: z.int().positive(),
  runId: z.string(),
  writtenAt: z.string(),
  /** Name and version of the program that built the files. */
  engine: z.string(),
  /** The days that were read, with the ETags of the reports `facts` and `orders`. */
  inputs: z.array(z.object({ day: BusinessDay, facts: z.string(), orders: z.string() })),
  /** Version of the promotions whose days are marked. */
  promotionsVersion: z.int().nonnegative(),
  figures: InsightFigures,
  reports: z.array(ReportEntry),
});
export type Manifest = z.infer<typeof Manifest>;

/** The part of a manifest that does not depend on the run. */
export type Content = Pick<Manifest, 'engine' | 'inputs' | 'promotionsVersion' | 'figures' | 'reports'>;

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** `data` has the engine and the CSV files: another page or another order in a Parquet file gives no new version. */
export function digestsOf({ engine, reports }: Content): Digests {
  const files = reports.flatMap((report) => report.files.map(({ file, sha256 }) => [file, sha256] as const));
  return { data: digest([engine, files.filter(([file]) => file.endsWith('.csv'))]), files: digest([engine, files]) };
}
