import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import type { PlannedMovementDelivery } from '../workload/stock-plan.ts';
import { type Actor, callWithRetries, repeatedly, type RunContext } from './run-context.ts';

/** Sends movements by HTTP, queue and file, some of them repeatedly. */
export const warehouse: Actor = {
  name: 'warehouse',
  act: async (context) => {
    const { engine, admin, plan, isTimeUp } = context;
    const sqs = new SQSClient(admin.settings);
    const { stockMovementsQueue } = engine.credentials;
    const queueUrl = `${engine.gatewayUrl}/${engine.context.template.accountId}/${stockMovementsQueue}`;
    const transports: Record<
      PlannedMovementDelivery['transport'],
      (delivery: PlannedMovementDelivery) => Promise<unknown>
    > = {
      http: ({ movements }) => post(context, movements),
      queue: ({ movements }) => {
        const MessageBody = JSON.stringify({ movements });
        return sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
      },
      file: (delivery) => upload(context, delivery),
    };
    await inParallel(3, plan.movementDeliveries, async (delivery) => {
      if (isTimeUp()) return;
      await repeatedly(delivery, () => transports[delivery.transport](delivery));
      if (delivery.transport !== 'http') context.observed.movementDeliveries.push(delivery);
    });
    sqs.destroy();
  },
};

async function post({ client, observed }: RunContext, movements: Movement[]): Promise<void> {
  const response = await callWithRetries(observed, () => client('warehouse').post('/stock/movements', { movements }));
  for (const [index, sent] of movements.entries()) {
    const result = response?.status === 200 ? response.body.results[index] : undefined;
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

async function upload({ admin, engine }: RunContext, { id, movements }: PlannedMovementDelivery): Promise<void> {
  const rows = movements.map((movement) => columns.map((name) => movement[name] ?? '').join(','));
  const Bucket = engine.credentials.stockInboxBucket;
  const Body = [columns.join(','), ...rows, ''].join('\n');
  await admin.s3.send(new PutObjectCommand({ Bucket, Key: `movements/${id}.csv`, Body }));
}

/** Imports the orders of a previous system from files. */
export const orderImporter: Actor = {
  name: 'order importer',
  act: async ({ plan, admin, engine, reached }) => {
    const Bucket = engine.credentials.orderFilesBucket;
    const header = 'externalOrderId,channel,currency,placedAt,sku,quantity,unitPriceMinor';
    for (const { name, rows, repeats } of plan.imports) {
      const lines = rows.map(({ externalOrderId, channel, sku, quantity, price }) =>
        [externalOrderId, channel, 'GBP', '2024-12-24T10:00:00Z', sku, quantity, price].join(','),
      );
      // A malformed row: the result names it, and it changes nothing.
      const Body = [header, ...lines, 'old-bad,storefront,GBP,2024-12-24T10:00:00Z,SIM-0,none,1', ''].join('\n');
      await repeatedly({ repeats, isConcurrent: true }, () =>
        admin.s3.send(new PutObjectCommand({ Bucket, Key: `imports/${name}.csv`, Body })),
      );
      await reached(0.4);
    }
  },
};
