import { aPolicy } from './builders.ts';
import { tables } from './database/dynamodb.ts';
import { store } from '../../infra/store.ts';

/** Channels of the tests: a storefront, a marketplace with its own prices, and staff who enter orders. */
export const channels = {
  storefront: { channel: 'storefront', pricesItself: false, staff: false, maxOrderAgeDays: 7300 },
  marketplace: { channel: 'marketplace', pricesItself: true, staff: false, maxOrderAgeDays: 7300 },
  admin: { channel: 'admin', pricesItself: false, staff: true },
};

/** Warehouses of the tests. */
export const warehouses = ['main', 'north', 'south'];

// Handlers read their environment when they are imported: import this file before them.
Object.assign(process.env, tables, {
  TIME_ZONE: 'Europe/London',
  STOCK_AUDIT_TABLE_NAME: 'stock-audits',
  INSIGHTS_TABLE_NAME: 'insights',
  AWS_REGION: 'eu-west-1',
  EXPORTS_AT_ONCE: '3',
  MAX_FILE_BYTES: '1000000',
  CURSOR_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:cursors',
  WEBHOOK_SECRET_ARNS: JSON.stringify({ acme: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:webhooks' }),
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  CHANNELS: JSON.stringify(channels),
  WAREHOUSE_CODES: JSON.stringify(warehouses),
  TAX_CATEGORIES: JSON.stringify(['standard', 'reduced', 'zero']),
  WAREHOUSES: JSON.stringify([{ warehouse: 'main' }]),
  DAYS_BEFORE_EXPIRY: '0',
  ORDER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/000000000000/orders',
  DELIVERY_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/000000000000/deliveries',
  RETRYING: JSON.stringify(store.webhooks),
  SELLING: JSON.stringify(aPolicy()),
  RISK: JSON.stringify(store.risk),
});
