import type { S3Client } from '@aws-sdk/client-s3';
import { createVersionFileStore } from '../../../shared/reports/publishing/version-file-store.ts';
import { Manifest } from './manifest.ts';

/** The reports of each day in the reports bucket. */
export const createReportFileStore = (s3: S3Client, bucket: string) =>
  createVersionFileStore(s3, bucket, 'daily', Manifest);
export type ReportFileStore = ReturnType<typeof createReportFileStore>;
