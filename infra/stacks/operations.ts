import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { HttpApi } from '../constructs/http-api.ts';
import { addApiRoot } from '../workflows/api-root.ts';
import { addCatalog } from '../workflows/catalog.ts';
import { addChannelWebhooks } from '../workflows/channel-webhooks.ts';
import { addEventJournal } from '../workflows/event-journal.ts';
import { addEventRelay } from '../workflows/event-relay.ts';
import { addNightlyMetrics } from '../workflows/nightly-metrics.ts';
import { addOrderIntake } from '../workflows/order-intake.ts';
import { addStockAudit } from '../workflows/stock-audit.ts';
import { addStockUpdate } from '../workflows/stock-update.ts';
import type { DataStack } from './data.ts';

/** The door and the workflows but refunds, one line each. Nothing in here holds data. */
export class OperationsStack extends Stack {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { data, ...props }: StackProps & { data: DataStack }) {
    super(scope, id, props);
    const api = new HttpApi(this, 'Http', data);
    this.api = api;
    addApiRoot(this, { api, data });
    addCatalog(this, { api, data });
    addStockUpdate(this, { api, data });
    addOrderIntake(this, { api, data });
    addStockAudit(this, { api, data });
    addChannelWebhooks(this, { api, data });
    addEventRelay(this, { data });
    addEventJournal(this, { data });
    addNightlyMetrics(this, { api, data });
    data.alarmTopic.tellOf(this);
  }
}
