import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { WebhookEndpointChanged } from '../../../shared/contracts/webhooks/events.ts';
import { type Action, type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { channelPartition, Endpoint, type EndpointId, endpointKey, endpointPrefix } from './endpoint.ts';

/** Endpoints and the events of their changes. */
export const createEndpointStore = (db: Database, { WEBHOOK_TABLE_NAME: table }: { WEBHOOK_TABLE_NAME: string }) => ({
  /** All endpoints of a channel. */
  async list(channel: string): Promise<Endpoint[]> {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': channelPartition(channel), ':prefix': endpointPrefix },
      }),
    );
    return Items.map((item) => Endpoint.parse(item));
  },

  async read(id: EndpointId): Promise<Endpoint | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: endpointKey(id), ConsistentRead: true }));
    return Item && Endpoint.parse(Item);
  },

  write: (endpoint: Endpoint, cause: Cause) => transact(db, endpointWrite(table, endpoint, cause)),

  delete: (endpoint: Endpoint, cause: Cause) =>
    transact(db, [
      { Delete: { TableName: table, Key: endpointKey(endpoint), ConditionExpression: 'attribute_exists(pk)' } },
      { Put: { TableName: table, Item: changeEvent(endpoint, 'deleted', cause) } },
    ]),

  /**
   * Stores the consecutive failures of an endpoint and, in milliseconds since the epoch, the end of its pause. Without a
   * version check, as both are hints. Throws if the endpoint was deleted.
   */
  async updateHealth(id: EndpointId, failures: number, pausedUntil: number): Promise<void> {
    await db.send(
      new UpdateCommand({
        TableName: table,
        Key: endpointKey(id),
        UpdateExpression: 'SET failures = :failures, pausedUntil = :until',
        // Without the condition, the update of a deleted endpoint would create a partial item.
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':failures': failures, ':until': pausedUntil },
      }),
    );
  },
});
export type EndpointStore = ReturnType<typeof createEndpointStore>;

/** Actions that write a version of an endpoint and its event; they fail if the version before it is not current. */
export const endpointWrite = (table: string, endpoint: Endpoint, cause: Cause): Action[] => [
  {
    Put: {
      TableName: table,
      Item: { ...endpointKey(endpoint), ...endpoint },
      ...expectVersion(endpoint.version - 1),
    },
  },
  { Put: { TableName: table, Item: changeEvent(endpoint, endpoint.status, cause) } },
];

const changeEvent = (
  { channel, endpointId, url, reason }: Endpoint,
  status: Endpoint['status'] | 'deleted',
  cause: Cause,
) =>
  outboxItem(
    channelPartition(channel),
    newEvent(WebhookEndpointChanged, { channel, endpointId, url, status, reason }, cause),
  );
