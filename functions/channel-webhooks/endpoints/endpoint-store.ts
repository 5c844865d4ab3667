import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Cause, newEvent, type NewEvent } from '../../../shared/contracts/define-event.ts';
import { WebhookEndpointChanged, WebhookEndpointDisabled } from '../../../shared/contracts/webhooks/events.ts';
import { type Action, type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { channelPartition, Endpoint, type EndpointId, endpointKey, endpointPrefix, statusOf } from './endpoint.ts';
import type { Health } from './health.ts';

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

  /** Writes a version of an endpoint, and an event about who can read the channel's events. */
  write: (endpoint: Endpoint, cause: Cause, notice?: NewEvent) =>
    transact(db, [
      ...endpointWrite(table, endpoint, cause),
      ...(notice ? [{ Put: { TableName: table, Item: outboxItem(channelPartition(endpoint.channel), notice) } }] : []),
    ]),

  /** Records that the endpoint echoed the challenge, unless it was changed since it was read. */
  verify: ({ isUnverified: _was, ...endpoint }: Endpoint, cause: Cause) => {
    const { pausedUntil: _pause, failingSince: _since, lastFailure: _failure, ...rest } = endpoint;
    return transact(db, endpointWrite(table, { ...rest, failures: 0, version: endpoint.version + 1 }, cause));
  },

  /** Deletes an endpoint, unless it was changed or deleted since it was read. */
  delete: (endpoint: Endpoint, cause: Cause) =>
    transact(db, [
      { Delete: { TableName: table, Key: endpointKey(endpoint), ...expectVersion(endpoint.version) } },
      { Put: { TableName: table, Item: changeEvent(endpoint, 'deleted', cause) } },
    ]),

  /** Stores the health of an endpoint, unless its channel changed or deleted it since it was read. */
  async updateHealth(endpoint: Endpoint, { failures, ...rest }: Health): Promise<void> {
    const { pausedUntil, failingSince, lastFailure, isSlow } = rest;
    const optional = Object.entries({ pausedUntil, failingSince, lastFailure, isSlow });
    const present = optional.filter(([, value]) => value !== undefined);
    const absent = optional.filter(([, value]) => value === undefined).map(([name]) => name);
    const sets = ['failures = :failures', ...present.map(([name]) => `${name} = :${name}`)];
    await ignoreFailedCondition(
      db.send(
        new UpdateCommand({
          TableName: table,
          Key: endpointKey(endpoint),
          UpdateExpression: `SET ${sets.join(', ')}${absent.length > 0 ? ` REMOVE ${absent.join(', ')}` : ''}`,
          ConditionExpression: '#version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: {
            ':failures': failures,
            ':version': endpoint.version,
            ...Object.fromEntries(present.map(([name, value]) => [`:${name}`, value])),
          },
        }),
      ),
    );
  },

  /**
   * Claims the only attempt of a limited endpoint from `now` until `until` (milliseconds since the epoch): its other messages
   * see a pause. Of concurrent claims one succeeds, and none during a pause.
   */
  async claim(
    { pausedUntil, ...endpoint }: Endpoint,
    { now, until }: { now: number; until: number },
  ): Promise<boolean> {
    if (pausedUntil !== undefined && pausedUntil > now) return false;
    const claimed = await ignoreFailedCondition(
      db.send(
        new UpdateCommand({
          TableName: table,
          Key: endpointKey(endpoint),
          UpdateExpression: 'SET pausedUntil = :until',
          ConditionExpression:
            pausedUntil === undefined
              ? 'attribute_exists(pk) AND attribute_not_exists(pausedUntil)'
              : 'pausedUntil = :read',
          ExpressionAttributeValues: { ':until': until, ...(pausedUntil !== undefined && { ':read': pausedUntil }) },
        }),
      ),
    );
    return claimed !== undefined;
  },
});
export type EndpointStore = ReturnType<typeof createEndpointStore>;

/** Actions that write a version of an endpoint and its event; they fail if the version before it is not current. */
const endpointWrite = (table: string, endpoint: Endpoint, cause: Cause): Action[] => [
  {
    Put: {
      TableName: table,
      Item: { ...endpointKey(endpoint), ...endpoint },
      ...expectVersion(endpoint.version - 1),
    },
  },
  { Put: { TableName: table, Item: changeEvent(endpoint, statusOf(endpoint), cause) } },
];

/** Actions that disable an endpoint and publish why; they fail if it was changed since it was read. */
export function endpointDisable(table: string, endpoint: Endpoint, reason: 'gone' | 'failing', cause: Cause): Action[] {
  const { channel, endpointId, url, failingSince, lastFailure, version } = endpoint;
  const disabledAt = new Date(cause.now).toISOString();
  const since = failingSince === undefined ? disabledAt : new Date(failingSince).toISOString();
  const event = newEvent(
    WebhookEndpointDisabled,
    { channel, endpointId, url, reason, failingSince: since, lastFailure },
    cause,
  );
  return [
    ...endpointWrite(table, { ...endpoint, status: 'disabled', reason, disabledAt, version: version + 1 }, cause),
    { Put: { TableName: table, Item: outboxItem(channelPartition(channel), event) } },
  ];
}

async function ignoreFailedCondition<T>(update: Promise<T>): Promise<T | undefined> {
  try {
    return await update;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

const changeEvent = (
  { channel, endpointId, url, reason }: Endpoint,
  status: ReturnType<typeof statusOf> | 'deleted',
  cause: Cause,
) =>
  outboxItem(
    channelPartition(channel),
    newEvent(WebhookEndpointChanged, { channel, endpointId, url, status, reason }, cause),
  );
