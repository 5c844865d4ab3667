import { all } from '../constructs/access.ts';
import { TableDefinition } from '../constructs/table.ts';

/** Endpoints of channels, and deliveries, which expire after a month. */
export const webhookTable = new TableDefinition('WebhookTable', 'WEBHOOK_TABLE_NAME', {
  expiryAttribute: 'expiresAt',
  indexes: [{ name: 'byDead', partitionKey: 'deadKey', sortKey: 'sk' }],
});

/** Endpoints of a channel, with the events of their changes. */
const ofChannels = ['CHANNEL#*'];
/** Deliveries of an endpoint. */
const ofEndpoints = ['ENDPOINT#*'];
/** The result of the last attempts: never the URL or the secret. */
const health = {
  partitions: ofChannels,
  attributes: ['failures', 'pausedUntil', 'failingSince', 'lastFailure', 'isSlow', 'version'],
};
/** An event has no version, and stays. */
const deleted = { partitions: ofChannels, attributes: ['version'], inTransactions: true };

export const webhooks = {
  endpointReader: webhookTable.items({ partitions: ofChannels }, 'GetItem'),
  endpointLister: webhookTable.items({ partitions: ofChannels }, 'Query'),
  /** Records deliveries and the health of endpoints; verifies and disables endpoints. */
  deliverer: all(
    webhookTable.access('BatchGetItem'),
    webhookTable.items({ partitions: [...ofChannels, ...ofEndpoints] }, 'PutItem'),
    webhookTable.items(health, 'UpdateItem'),
  ),
  /** Changes endpoints, and lists deliveries without changing them. */
  editor: all(
    webhookTable.access('GetItem', 'BatchGetItem', 'Query'),
    webhookTable.items({ partitions: ofChannels }, 'PutItem'),
    webhookTable.items({ partitions: ofChannels, attributes: ['pausedUntil'] }, 'UpdateItem'),
    webhookTable.items(deleted, 'DeleteItem'),
  ),
  byDead: webhookTable.query('byDead'),
};
