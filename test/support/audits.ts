import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import { type BackOffice, s3Of } from './back-office.ts';

/** Waits until what is under this path is completed. */
async function completed(office: BackOffice, path: string) {
  for (;;) {
    const answer = await office.client('warehouse').get(path);
    expect(answer.status, answer.text).toBe(200);
    if (answer.body.status === 'completed') return answer.body;
    await sleep(50);
  }
}

async function listed(office: BackOffice, Key: string): Promise<Record<string, string>[]> {
  const object = { Bucket: office.credentials.reportsBucket, Key };
  const { Body } = await s3Of(office.credentials).send(new GetObjectCommand(object));
  return parse((await Body?.transformToString()) ?? '', { columns: true });
}

/** Asks for an audit as the warehouse does; its result and the rows of its list. */
export async function audited(office: BackOffice) {
  const requested = await office.client('warehouse').send('POST', '/stock/audits');
  expect(requested.status, requested.text).toBe(202);
  const path = `/stock/audits/${requested.body.auditId}`;
  expect(requested.headers.location).toBe(path);
  const audit = await completed(office, path);
  return { audit, path, rows: await listed(office, audit.file) };
}

/** Asks for a repair of what an audit found; its result and the rows of its list. */
export async function repaired(office: BackOffice, auditPath: string, content: { repairId: string; skus?: string[] }) {
  const body = { reason: 'somebody changed the table', ...content };
  const requested = await office.client('warehouse').post(`${auditPath}/repairs`, body);
  expect(requested.status, requested.text).toBe(202);
  const path = `${auditPath}/repairs/${content.repairId}`;
  expect(requested.headers.location).toBe(path);
  const repair = await completed(office, path);
  return { repair, rows: await listed(office, repair.file) };
}

/** Changes a counter behind everybody's back. */
export async function corrupt(office: BackOffice, sku: string, counter: string, delta: number) {
  const { gatewayUrl: endpoint, region } = office.credentials;
  const credentials = { accessKeyId: 'administrator', secretAccessKey: 'local' };
  const table = office.context.template
    .ofType('AWS::DynamoDB::Table')
    .find(({ logicalId }) => logicalId === 'StockTable');
  await new DynamoDBClient({ endpoint, region, credentials }).send(
    new UpdateItemCommand({
      TableName: table?.name,
      Key: { pk: { S: `SKU#${sku}` }, sk: { S: 'STOCK' } },
      UpdateExpression: 'SET warehouses.main.#counter = if_not_exists(warehouses.main.#counter, :zero) + :delta',
      ExpressionAttributeNames: { '#counter': counter },
      ExpressionAttributeValues: { ':delta': { N: `${delta}` }, ':zero': { N: '0' } },
    }),
  );
}
