import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { LocalStore } from '../../../infra/local-store.ts';
import type { FailedInvocation } from '../../../infra/local/observer.ts';
import { Delivery } from '../../../functions/channel-webhooks/deliveries/delivery.ts';
import { personalFields } from '../../../shared/contracts/personal-events.ts';
import { IntakeRecord } from '../../../functions/order-intake/queue/intake-item.ts';
import { EarlyPayments, isEarlyPayments, OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { RefundLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { Receipt, RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { Transit } from '../../../functions/stock-update/stock/snapshot.ts';
import { withoutPersonal } from '../../../shared/contracts/personal-data.ts';
import { contentHash } from '../../../shared/ids.ts';
import { OpenPlacement } from '../../../shared/orders/placement-item.ts';
import { SettlementItem } from '../../../shared/orders/settlement-item.ts';
import { OutboxItem } from '../../../shared/dynamodb/outbox.ts';
import { StockItem } from '../../../shared/stock/stock-item.ts';
import type { MadeRefund } from '../../support/payments/provider-double.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Plan } from '../workload/plan.ts';
import type { DayReport } from './reports.ts';
import type { ObservedResponses } from '../actors/observed-responses.ts';
import { Lot } from '../../../shared/stock/lot.ts';

type Metadata = { eventId: string; occurredAt: string; actor: string };

/** An event with the hash of its content, which does not depend on the order of fields. */
export type CommittedEvent = {
  eventId: string;
  source: string;
  type: string;
  hash: string;
  metadata: Metadata;
  // oxlint-disable-next-line typescript/no-explicit-any -- each checker reads the fields of the events that it expects
  data: any;
};

/** Names of refund schedules, and the refunds at the same time. */
type Deadlines = { schedules: string[]; refunds: RefundItem[] };

/** The state of a quiescent back office, and the responses that its callers observed. */
export type FinalState = Tables & {
  plan: Plan;
  /** Milliseconds since the epoch, by the clock of the engine. */
  now: number;
  /** Lines of the lake, including duplicates. */
  lake: CommittedEvent[];
  /** Objects under `results/` of the upload buckets, by key. */
  stockResults: Map<string, string>;
  orderResults: Map<string, string>;
  deadLetters: DeadLetters[];
  /** Ids of the events of policies whose notice waits after the first faults phase. Notices expire after two weeks. */
  policyNotices: string[];
  /** Invocations that failed after the system was quiescent and without faults. */
  failedInvocations: FailedInvocation[];
  /** The payment provider's own ledger. */
  ledger: readonly MadeRefund[];
  /** Refunds whose payout staff looked up at the provider, because of a chargeback. */
  notifiedByStaff: ReadonlySet<string>;
  /** Names of the schedules of starts and ends of promotions. */
  promotionSchedules: string[];
  /** After the first faults phase, with many pending refunds, and at the end. */
  deadlines: [Deadlines, Deadlines];
  reports: DayReport[];
  observed: ObservedResponses;
};

/** Items of all tables, by kind. */
type Tables = ReturnType<typeof emptyTables>;
const emptyTables = () => ({
  orders: [] as OrderItem[],
  /** Payments received before their order. */
  earlyPayments: [] as EarlyPayments[],
  intakes: [] as IntakeRecord[],
  /** Unfinished chunked placements. */
  placements: [] as OpenPlacement[],
  /** Unfinished chunked stock releases and other settlements. */
  settlements: [] as SettlementItem[],
  stock: [] as StockItem[],
  lots: [] as Lot[],
  transits: [] as Transit[],
  /** Webhook deliveries. */
  deliveries: [] as Delivery[],
  refunds: [] as RefundItem[],
  refundLedgers: [] as RefundLedger[],
  /** Receipts of returns. */
  receipts: [] as Receipt[],
  /** What is claimed of limits of promotions. */
  limitCounters: [] as { pk: string; sk: string; used: number }[],
  /** Ids of the orders of whose placement the ledger waits. */
  waitingInLedger: [] as string[],
  /** Events in the tables' outbox items. */
  committed: [] as CommittedEvent[],
});

const LimitCounter = z.object({ pk: z.string(), sk: z.string(), used: z.int() });

/** Adds an item to its kind, by the prefix of its sort key. */
function addItem(tables: Tables, item: Record<string, unknown>): void {
  const kind = /^[A-Z]+/.exec(String(item.sk))?.[0];
  if (kind === 'ORDER' && isEarlyPayments(item)) tables.earlyPayments.push(EarlyPayments.parse(item));
  else if (kind === 'ORDER') tables.orders.push(OrderItem.parse(item));
  else if (kind === 'INTAKE') tables.intakes.push(IntakeRecord.parse(item));
  else if (item.sk === 'PLACEMENT') tables.placements.push(OpenPlacement.parse(item));
  else if (kind === 'SETTLEMENT') tables.settlements.push(SettlementItem.parse(item));
  else if (kind === 'STOCK') tables.stock.push(StockItem.parse(item));
  else if (kind === 'LOT') tables.lots.push(Lot.parse(item));
  else if (kind === 'TRANSIT') tables.transits.push(Transit.parse(item));
  else if (kind === 'DELIVERY') tables.deliveries.push(Delivery.parse(item));
  else if (item.sk === 'REFUND') tables.refunds.push(RefundItem.parse(item));
  else if (item.sk === 'ACCOUNT') tables.refundLedgers.push(RefundLedger.parse(item));
  else if (item.sk === 'STATE' && 'waitingKey' in item)
    tables.waitingInLedger.push(String(item.pk).replace('ORDER#', ''));
  else if ('used' in item) tables.limitCounters.push(LimitCounter.parse(item));
  else if (kind === 'RECEIPT') tables.receipts.push(Receipt.parse(item));
  else if (kind === 'EVENT') {
    const { source, detailType, detail } = OutboxItem.parse(item);
    tables.committed.push(committedEvent(source, detailType, JSON.parse(detail)));
  }
}

export function adminOf({
  gatewayUrl: endpoint,
  credentials: { region, awsCredentials },
}: Pick<LocalStore, 'gatewayUrl' | 'credentials'>) {
  const settings = { endpoint, region, credentials: awsCredentials };
  return {
    settings,
    db: DynamoDBDocumentClient.from(new DynamoDBClient(settings)),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
  };
}
export type Admin = ReturnType<typeof adminOf>;

/** Reads every table. */
export async function readTables({ context }: Pick<LocalStore, 'context'>, { db }: Admin): Promise<Tables> {
  const names = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'].flatMap((type) =>
    context.template.ofType(type).map(({ name }) => name),
  );
  const tables = emptyTables();
  for (const TableName of names) {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new ScanCommand({ TableName, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }),
      );
      for (const item of page.Items ?? []) addItem(tables, item);
      from = page.LastEvaluatedKey;
    } while (from);
  }
  return tables;
}

/** Names of the schedules with this prefix: those of refunds begin with the refund id, those of promotions with `promotion.`. */
export async function readSchedules({ settings }: Admin, NamePrefix: 'ref_' | 'promotion.'): Promise<string[]> {
  const scheduler = new SchedulerClient(settings);
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await scheduler.send(new ListSchedulesCommand({ NamePrefix, NextToken }));
    names.push(...(page.Schedules ?? []).map(({ Name = '' }) => Name));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  scheduler.destroy();
  return names;
}

type LakeLine = { source: string; 'detail-type': string; detail: { metadata: Metadata; data: unknown } };

function eventOf(source: string, type: string, detail: LakeLine['detail']): CommittedEvent {
  const { metadata, data } = detail;
  return { eventId: metadata.eventId, source, type, hash: contentHash(detail), metadata, data };
}

/** An event of a table. Its hash is of what the lake keeps: the event without personal data. */
function committedEvent(source: string, type: string, detail: LakeLine['detail']): CommittedEvent {
  const fields = personalFields.get(type);
  const kept = fields ? { ...detail, data: withoutPersonal(detail.data, fields) } : detail;
  return { ...eventOf(source, type, kept), data: detail.data };
}

export async function readLake(admin: Admin, bucket: string): Promise<CommittedEvent[]> {
  const lines: CommittedEvent[] = [];
  for (const Key of await keysUnder(admin, bucket, 'events/')) {
    const text = gunzipSync(await readObject(admin.s3, bucket, Key)).toString('utf8');
    for (const line of text.split('\n').filter(Boolean)) {
      const event = JSON.parse(line) as LakeLine;
      lines.push(eventOf(event.source, event['detail-type'], event.detail));
    }
  }
  return lines;
}

/** The text of each object under `results/`, by key. */
export async function readResults(admin: Admin, bucket: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const Key of await keysUnder(admin, bucket, 'results/')) {
    texts.set(Key, Buffer.from(await readObject(admin.s3, bucket, Key)).toString('utf8'));
  }
  return texts;
}

async function keysUnder({ s3 }: Admin, Bucket: string, Prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken: token }));
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    token = page.NextContinuationToken;
  } while (token);
  return keys;
}

export async function readObject(s3: S3Client, Bucket: string, Key: string): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}
