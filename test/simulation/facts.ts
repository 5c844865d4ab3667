import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { gunzipSync } from 'node:zlib';
import type { Engine } from '../../infra/local/engine.ts';
import { OrderItem } from '../../functions/order-intake/order-item.ts';
import { contentHash } from '../../shared/ids.ts';
import { OutboxItem } from '../../shared/outbox.ts';
import { StockItem } from '../../shared/stock/stock-item.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { DayReport } from './reports.ts';
import type { Witness } from './witness.ts';

type Metadata = { eventId: string; occurredAt: string };

/** An event with its content's hash, by which copies are compared whatever the order of their members. */
// oxlint-disable-next-line typescript/no-explicit-any -- invariants read events as they expect them to be
export type SeenEvent = { eventId: string; type: string; hash: string; metadata: Metadata; data: any };

/** All that is to be seen of a back office once it is at rest, and what its callers were told. */
export type Facts = {
  orders: OrderItem[];
  stock: StockItem[];
  /** Event items as they lie in the tables. */
  committed: SeenEvent[];
  /** Lines of the lake, duplicates included. */
  lake: SeenEvent[];
  deadLetters: DeadLetters[];
  reports: DayReport[];
  witness: Witness;
};

const administrator = { accessKeyId: 'administrator', secretAccessKey: 'local' };

export function adminOf({ gatewayUrl: endpoint, credentials: { region } }: Pick<Engine, 'gatewayUrl' | 'credentials'>) {
  const settings = { endpoint, region, credentials: administrator };
  return {
    settings,
    db: DynamoDBDocumentClient.from(new DynamoDBClient(settings)),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
  };
}
export type Admin = ReturnType<typeof adminOf>;

/** Reads every table. Items are told apart by their sort keys, so that tables may be added. */
export async function readTables({ context }: Pick<Engine, 'context'>, { db }: Admin) {
  const tables = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'].flatMap((type) =>
    context.template.ofType(type),
  );
  const orders: OrderItem[] = [];
  const stock: StockItem[] = [];
  const committed: SeenEvent[] = [];
  for (const { name } of tables) {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new ScanCommand({ TableName: name, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }),
      );
      for (const item of page.Items ?? []) {
        if (item.sk === 'ORDER') orders.push(OrderItem.parse(item));
        else if (item.sk === 'STOCK') stock.push(StockItem.parse(item));
        else if (String(item.sk).startsWith('EVENT#')) {
          const { detailType, detail } = OutboxItem.parse(item);
          committed.push(seenEvent(detailType, JSON.parse(detail)));
        }
      }
      from = page.LastEvaluatedKey;
    } while (from);
  }
  return { orders, stock, committed };
}

function seenEvent(type: string, detail: { metadata: Metadata; data: unknown }): SeenEvent {
  const { metadata, data } = detail;
  return { eventId: metadata.eventId, type, hash: contentHash(detail), metadata, data };
}

export async function readLake({ s3 }: Admin, bucket: string): Promise<SeenEvent[]> {
  const lines: SeenEvent[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'events/', ContinuationToken: token }),
    );
    for (const { Key } of page.Contents ?? []) {
      const text = gunzipSync(await readObject(s3, bucket, Key ?? '')).toString('utf8');
      for (const line of text.split('\n').filter(Boolean)) {
        const event = JSON.parse(line) as { 'detail-type': string; detail: { metadata: Metadata; data: unknown } };
        lines.push(seenEvent(event['detail-type'], event.detail));
      }
    }
    token = page.NextContinuationToken;
  } while (token);
  return lines;
}

export async function readObject(s3: S3Client, Bucket: string, Key: string): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}
