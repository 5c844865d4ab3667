import * as z from 'zod';
import { ReportEntry } from '../../../shared/reports/publishing/report-entry.ts';

/** The part of a manifest that a download needs. */
export const Published = z.object({ reports: z.array(ReportEntry.pick({ name: true, rows: true, files: true })) });
export type Published = z.infer<typeof Published>;
