import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import { adminConfigOf, type BackOffice, resourceName, s3Of } from '../system/back-office.ts';

/** Waits until the audit or repair at this path is completed. */
async function untilCompleted(office: BackOffice, path: string) {
  for (;;) {
    const response = await office.client('warehouse').get(path);
    expect(response.status, response.text).toBe(200);
    if (response.body.status === 'completed') return response.body;
    await sleep(50);
  }
}

async function readCsv(office: BackOffice, Key: string): Promise<Record<string, string>[]> {
  const object = { Bucket: office.credentials.reportsBucket, Key };
  const { Body } = await s3Of(office.credentials).send(new GetObjectCommand(object));
  return parse((await Body?.transformToString()) ?? '', { bom: true, columns: true });
}

/** Requests an audit as the warehouse does. Returns the result and the rows of its CSV file. */
export async function requestAudit(office: BackOffice) {
  const requested = await office.client('warehouse').send('POST', '/stock/audits');
  expect(requested.status, requested.text).toBe(202);
  const path = `/stock/audits/${requested.body.auditId}`;
  expect(requested.headers.location).toBe(path);
  const audit = await untilCompleted(office, path);
  return { audit, path, rows: await readCsv(office, audit.file) };
}

/** Requests a repair of an audit's differences. Returns the result and the rows of its CSV file. */
export async function requestRepair(
  office: BackOffice,
  auditPath: string,
  content: { repairId: string; skus?: string[] },
) {
  const body = { reason: 'the table was changed directly', ...content };
  const requested = await office.client('warehouse').post(`${auditPath}/repairs`, body);
  expect(requested.status, requested.text).toBe(202);
  const path = `${auditPath}/repairs/${content.repairId}`;
  expect(requested.headers.location).toBe(path);
  const repair = await untilCompleted(office, path);
  return { repair, rows: await readCsv(office, repair.file) };
}

/** Changes a stock counter directly in the table. */
export async function corruptCounter(office: BackOffice, sku: string, counter: string, delta: number) {
  await new DynamoDBClient(adminConfigOf(office)).send(
    new UpdateItemCommand({
      TableName: resourceName(office, 'AWS::DynamoDB::Table', 'Data-StockTable'),
      Key: { pk: { S: `SKU#${sku}` }, sk: { S: 'STOCK' } },
      UpdateExpression: 'SET warehouses.main.#counter = if_not_exists(warehouses.main.#counter, :zero) + :delta',
      ExpressionAttributeNames: { '#counter': counter },
      ExpressionAttributeValues: { ':delta': { N: `${delta}` }, ':zero': { N: '0' } },
    }),
  );
}
