import type { S3Client } from '@aws-sdk/client-s3';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDayFiles } from '../../../../functions/nightly-metrics/reports/history/day-file-store.ts';

// Seen failing with one name of the unfinished file: the second run found it renamed by the first.
test('runs on one machine fetch the customers of a day at the same time', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'customers-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const Body = { transformToByteArray: async () => Buffer.from('customers') };
  const s3 = { send: async () => ({ Body }) } as unknown as S3Client;
  const runs = Array.from({ length: 8 }, () => createDayFiles(s3, 'reports', 'customers/', directory));
  const paths = await Promise.all(runs.map((history) => history.file('2026-11-30', '"a1"')));
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(paths.map(() => 'customers'));
});
