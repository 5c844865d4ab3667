import { ArnFormat, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { HttpApi } from '../constructs/http-api.ts';
import { addApiRoot } from '../workflows/api-root.ts';
import { addCatalog } from '../workflows/catalog.ts';
import { addChannelWebhooks } from '../workflows/channel-webhooks.ts';
import { addEventJournal } from '../workflows/event-journal.ts';
import { addEventRelay } from '../workflows/event-relay.ts';
import { addNightlyMetrics } from '../workflows/nightly-metrics.ts';
import { addOrderIntake } from '../workflows/order-intake.ts';
import { addRefundApproval } from '../workflows/refund-approval.ts';
import { addStockAudit } from '../workflows/stock-audit.ts';
import { addStockUpdate } from '../workflows/stock-update.ts';
import type { DataStack } from './data.ts';

/** The workflows, one line each. Nothing in here holds data. */
export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, { data, ...props }: StackProps & { data: DataStack }) {
    super(scope, id, props);
    const api = new HttpApi(this, 'Http', data);
    addApiRoot(this, { api, data });
    addCatalog(this, { api, data });
    addStockUpdate(this, { api, data });
    addOrderIntake(this, { api, data });
    addRefundApproval(this, { api, data });
    addStockAudit(this, { api, data });
    addChannelWebhooks(this, { api, data });
    addEventRelay(this, { data });
    addEventJournal(this, { data });
    addNightlyMetrics(this, { api, data });
    this.tellSomebody();
  }

  /** Every alarm goes to one topic. Who reads it: `-c alarmEmail=…`, or subscribe a pager to it. */
  private tellSomebody(): void {
    const topic = new Topic(this, 'Alarms', { displayName: 'Storeworks alarms', enforceSSL: true });
    // A topic with a policy of its own loses the default that lets the account's alarms in.
    const alarms = this.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { ArnLike: { 'aws:SourceArn': alarms } },
      }),
    );
    const email: unknown = this.node.tryGetContext('alarmEmail');
    if (typeof email === 'string') topic.addSubscription(new EmailSubscription(email));
    const action = new SnsAction(topic);
    for (const construct of this.node.findAll()) {
      if (construct instanceof Alarm) construct.addAlarmAction(action);
    }
  }
}
