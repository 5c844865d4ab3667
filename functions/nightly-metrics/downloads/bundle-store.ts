import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { ReportBundle } from '../../../shared/contracts/reports/bundle-routes.ts';
import { ReportBundleRequested } from '../../../shared/contracts/reports/events.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

/** As long as the bucket keeps the files. */
const keptDays = 7;
const daySeconds = 86_400;

const bundlePk = (bundleId: string) => `BUNDLE#${bundleId}`;
const bundleKey = (bundleId: string) => ({ pk: bundlePk(bundleId), sk: 'BUNDLE' });

type Content = Required<Pick<ReportBundle, 'days' | 'files' | 'bytes' | 'completedAt'>>;

/** Requested bundles of reports. */
export const createBundleStore = (db: DynamoDBDocumentClient, table: string) => ({
  /** Stores a bundle under a new id, and the event that requests its content. */
  async request(bundle: ReportBundle, cause: Cause): Promise<void> {
    const { bundleId, from, to } = bundle;
    const event = outboxItem(bundlePk(bundleId), newEvent(ReportBundleRequested, { bundleId, from, to }, cause));
    const expiresAt = Math.floor(cause.now / 1000) + keptDays * daySeconds;
    await db.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName: table, Item: { ...bundleKey(bundleId), ...bundle, expiresAt } } },
          { Put: { TableName: table, Item: event } },
        ],
      }),
    );
  },

  /** The bundle until its days are over, also before DynamoDB deletes it. */
  async read(bundleId: string, now: number): Promise<ReportBundle | undefined> {
    const { Item } = await db.send(
      new GetCommand({ TableName: table, Key: bundleKey(bundleId), ConsistentRead: true }),
    );
    return Item && Number(Item['expiresAt']) * 1000 > now ? ReportBundle.parse(Item) : undefined;
  },

  /** Completes a bundle that exists. A repetition sets what it wrote last. */
  async complete(bundleId: string, { days, files, bytes, completedAt }: Content): Promise<void> {
    try {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: bundleKey(bundleId),
          UpdateExpression:
            'SET #status = :completed, completedAt = :at, #days = :days, #files = :files, #bytes = :bytes',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#status': 'status', '#days': 'days', '#files': 'files', '#bytes': 'bytes' },
          ExpressionAttributeValues: {
            ':completed': 'completed',
            ':at': completedAt,
            ':days': days,
            ':files': files,
            ':bytes': bytes,
          },
        }),
      );
    } catch (error) {
      // Its days were over before the message was handled: nobody waits for it.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  },
});
export type BundleStore = ReturnType<typeof createBundleStore>;
