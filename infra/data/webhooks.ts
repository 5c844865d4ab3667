import { TableDefinition } from '../constructs/table.ts';

/** Endpoints of channels, and deliveries, which expire after a month. */
export const webhookTable = new TableDefinition('WebhookTable', 'WEBHOOK_TABLE_NAME', {
  expiryAttribute: 'expiresAt',
  indexes: [{ name: 'byDead', partitionKey: 'deadKey', sortKey: 'sk' }],
});

export const webhooks = {
  endpointReader: webhookTable.access('GetItem'),
  endpointLister: webhookTable.access('Query'),
  deliverer: webhookTable.access('BatchGetItem', 'PutItem', 'UpdateItem'),
  editor: webhookTable.access('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
  byDead: webhookTable.query('byDead'),
};
