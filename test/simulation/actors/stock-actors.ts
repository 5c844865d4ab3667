import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import type { PlannedNote } from '../workload/stock-plan.ts';
import { type Actor, callWithRetries, repeatedly, type RunContext } from './run-context.ts';

/** Delivery notes and counts of the warehouse, in all the ways in which they come, some of them sent again. */
export const warehouse: Actor = {
  name: 'warehouse',
  act: async (context) => {
    const { engine, admin, plan, isTimeUp } = context;
    const sqs = new SQSClient(admin.settings);
    const { stockMovementsQueue } = engine.credentials;
    const queueUrl = `${engine.gatewayUrl}/${engine.context.template.accountId}/${stockMovementsQueue}`;
    const ways: Record<PlannedNote['way'], (note: PlannedNote) => Promise<unknown>> = {
      http: ({ movements }) => post(context, movements),
      queue: ({ movements }) => {
        const MessageBody = JSON.stringify({ movements });
        return sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
      },
      file: (note) => drop(context, note),
    };
    await inParallel(3, plan.notes, async (note) => {
      if (isTimeUp()) return;
      await repeatedly(note, () => ways[note.way](note));
      if (note.way !== 'http') context.observed.notes.push(note);
    });
    sqs.destroy();
  },
};

async function post({ client, observed }: RunContext, movements: Movement[]): Promise<void> {
  const answer = await callWithRetries(observed, () => client('warehouse').post('/stock/movements', { movements }));
  for (const [index, sent] of movements.entries()) {
    const result = answer?.status === 200 ? answer.body.results[index] : undefined;
    if (result) observed.movements.push({ sent, status: result.status, reason: result.reason });
  }
}

const columns = [
  'movementId',
  'sku',
  'warehouse',
  'type',
  'quantity',
  'reason',
  'lot',
  'expectedOnHand',
  'openOrders',
  'from',
  'to',
  'transferId',
] as const;

async function drop({ admin, engine }: RunContext, { id, movements }: PlannedNote): Promise<void> {
  const rows = movements.map((movement) => columns.map((name) => movement[name] ?? '').join(','));
  const Bucket = engine.credentials.stockInboxBucket;
  const Body = [columns.join(','), ...rows, ''].join('\n');
  await admin.s3.send(new PutObjectCommand({ Bucket, Key: `movements/${id}.csv`, Body }));
}

/** Somebody who takes over the orders of the system before this one. */
export const historian: Actor = {
  name: 'historian',
  act: async ({ plan, admin, engine, reached }) => {
    const Bucket = engine.credentials.orderFilesBucket;
    const header = 'externalOrderId,channel,currency,placedAt,sku,quantity,unitPriceMinor';
    for (const { name, rows, repeats } of plan.imports) {
      const lines = rows.map(({ externalOrderId, channel, sku, quantity, price }) =>
        [externalOrderId, channel, 'GBP', '2024-12-24T10:00:00Z', sku, quantity, price].join(','),
      );
      // No order of this row is one: it is named in the result, and changes nothing.
      const Body = [header, ...lines, 'old-bad,storefront,GBP,2024-12-24T10:00:00Z,SIM-0,none,1', ''].join('\n');
      await repeatedly({ repeats, isHasty: true }, () =>
        admin.s3.send(new PutObjectCommand({ Bucket, Key: `imports/${name}.csv`, Body })),
      );
      await reached(0.4);
    }
  },
};
