import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openDatabase, batchJobMaxAttempts } from '../../shared/dynamodb/database.ts';
import { OrderExportRequested } from '../../shared/contracts/orders/export-events.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { channelNames } from '../../shared/store.ts';
import { ExportEnv } from './export/env.ts';
import { writeExport } from './export/export-job.ts';
import { createExportStore } from './export/export-store.ts';
import { createOrderStore } from './order/order-store.ts';
import { findPage } from './search/find-page.ts';
import { createSearchStore } from './search/search-store.ts';

const { CHANNELS, SELLING, ORDER_FILES_BUCKET_NAME, ...tables } = ExportEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const s3 = new S3Client();
const orders = createOrderStore(db, tables, SELLING.timeZone);
const search = createSearchStore(db, tables.ORDER_TABLE_NAME, SELLING.timeZone);
const exports = createExportStore(db, tables);
const find: Parameters<typeof writeExport>[0] = (...query) => findPage({ ...orders, ...search }, ...query);
const channels = channelNames(CHANNELS);

/** Writes the file, then completes the export. A redelivery writes the file again with the current orders. */
export const handler = queueHandler(OrderExportRequested, async ({ detail: { data } }) => {
  const { exportId, from, to, onlyChannel } = data;
  const directory = await mkdtemp(join(tmpdir(), 'order-export-'));
  try {
    const path = join(directory, 'orders.csv');
    const count = await writeExport(find, { from, to, access: { onlyChannel, channels }, path, now: Date.now() });
    const Key = `exports/${exportId}.csv`;
    const { size: ContentLength } = await stat(path);
    const file = { Bucket: ORDER_FILES_BUCKET_NAME, Key, ContentLength, ContentType: 'text/csv; charset=utf-8' };
    await s3.send(new PutObjectCommand({ ...file, Body: createReadStream(path) }));
    await exports.complete(exportId, count, Key);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
