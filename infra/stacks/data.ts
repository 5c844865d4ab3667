import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { type CfnEventBus, EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { Identities } from '../constructs/identities.ts';
import { OutboxTable } from '../constructs/outbox-table.ts';
import { AccessLogBucket, PrivateBucket } from '../constructs/private-bucket.ts';
import { SharedSecret } from '../constructs/shared-secret.ts';
import { addOutput } from '../constructs/stack-output.ts';
import { StateTable } from '../constructs/state-table.ts';
import { store } from '../store.ts';

/** Who works where; a person's group decides what they may do. */
const departments = {
  service: 'Customer service: looks after orders and asks for refunds',
  'service-lead': 'Leads customer service: changes orders and decides on refunds',
  finance: 'Runs and reads reports, decides on refunds',
  marketing: 'Plans promotions',
  warehouse: 'Receives, counts and ships stock',
  admin: 'Runs the store',
};

/** Everything that must outlive a deployment: tables, the bus, buckets, who may call, and who hears of alarms. */
export class DataStack extends Stack {
  readonly catalogTable = new OutboxTable(this, 'CatalogTable');
  readonly stockTable = new OutboxTable(this, 'StockTable', {
    // Alerts compare stock before and after a change.
    streamsOldImages: true,
    indexes: [{ name: 'allStock', partitionKey: 'listKey', sortKey: 'pk' }],
  });
  /** Orders stay; what became of queued ones is forgotten. */
  readonly orderTable = new OutboxTable(this, 'OrderTable', {
    expiryAttribute: 'expiresAt',
    indexes: [
      { name: 'byCustomer', partitionKey: 'customerKey', sortKey: 'placedKey' },
      { name: 'byStatus', partitionKey: 'statusKey', sortKey: 'placedKey' },
      { name: 'byDay', partitionKey: 'dayKey', sortKey: 'placedKey' },
      { name: 'byDue', partitionKey: 'dueKey', sortKey: 'dueAt' },
    ],
  });
  /** What is counted for the risk of orders: nobody is told of it, and it is forgotten. */
  readonly riskTable = new StateTable(this, 'RiskTable', { expiryAttribute: 'expiresAt' });
  /** With which payment providers sign what they tell. */
  readonly webhookSecret = new SharedSecret(this, 'WebhookSecret', {
    description: 'Payment providers sign their webhooks with it',
  });
  /** How money is sent back by each payment provider; those that are not in it are paid through by hand. */
  readonly paymentProviders = new SharedSecret(this, 'PaymentProviders', {
    description: 'How each payment provider is called for refunds, as JSON: see functions/refund-approval/README.md',
    firstText: '{}',
  });
  readonly refundTable = new OutboxTable(this, 'RefundTable', {
    indexes: [
      { name: 'byStatus', partitionKey: 'statusKey', sortKey: 'requestedKey' },
      { name: 'byOrder', partitionKey: 'orderKey', sortKey: 'requestedKey' },
    ],
  });
  readonly reportTable = new OutboxTable(this, 'ReportTable');
  readonly stockAuditTable = new OutboxTable(this, 'StockAuditTable');
  /** Deliveries are forgotten after a month. */
  readonly webhookTable = new OutboxTable(this, 'WebhookTable', {
    expiryAttribute: 'expiresAt',
    indexes: [{ name: 'byDead', partitionKey: 'deadKey', sortKey: 'sk' }],
  });
  readonly bus = new EventBus(this, 'Bus', { description: 'What happened in the store' });
  private readonly accessLogs = new AccessLogBucket(this, 'AccessLogBucket');
  /** Every event by business day. */
  readonly lake = new PrivateBucket(this, 'LakeBucket', { accessLogs: this.accessLogs });
  /** Reports by business day. */
  readonly reports = new PrivateBucket(this, 'ReportsBucket', { accessLogs: this.accessLogs });
  /** Files of movements, dropped by warehouses and other systems, and what became of them. */
  readonly stockInbox = new PrivateBucket(this, 'StockInboxBucket', {
    accessLogs: this.accessLogs,
    tellsOfObjects: true,
  });
  /** Files of historical orders, dropped to be imported, and what became of them. */
  readonly orderFiles = new PrivateBucket(this, 'OrderFilesBucket', {
    accessLogs: this.accessLogs,
    tellsOfObjects: true,
  });
  readonly identities: Identities;
  readonly alarmTopic = new AlarmTopic(this, 'Alarms');

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    (this.bus.node.defaultChild as CfnEventBus).overrideLogicalId('Bus');
    const domainPrefix: unknown = this.node.tryGetContext('domainPrefix');
    this.identities = new Identities(this, 'Identities', {
      clients: store.clients,
      departments,
      ...(typeof domainPrefix === 'string' && { domainPrefix }),
    });
    this.exportValue(this.identities.tokenEndpoint, { name: `${this.stackName}-TokenEndpoint` });
    // Read by infra/local-credentials.ts. `Ref` and not the construct's ARN, which is an import of this stack's export.
    const references = {
      ReportsBucketName: 'ReportsBucket',
      LakeBucketName: 'LakeBucket',
      WebhookSecretArn: 'WebhookSecret',
      PaymentProvidersSecretArn: 'PaymentProviders',
      StockInboxBucketName: 'StockInboxBucket',
      OrderFilesBucketName: 'OrderFilesBucket',
      EventBusName: 'Bus',
    };
    for (const [key, logicalId] of Object.entries(references)) addOutput(this, key, Fn.ref(logicalId));
  }
}
