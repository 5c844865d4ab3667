import * as z from 'zod';
import { InsightFigures } from '../../../shared/contracts/insights/figures.ts';
import { ReportEntry } from '../../../shared/reports/publishing/report-entry.ts';

/** The part of a manifest that callers read. */
export const Published = z.object({
  figures: InsightFigures,
  reports: z.array(ReportEntry.pick({ rows: true, files: true })),
});
export type Published = z.infer<typeof Published>;
