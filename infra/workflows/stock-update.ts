import { type App, Duration } from 'aws-cdk-lib';
import type { FileEnv } from '../../functions/stock-update/file-import/env.ts';
import type { MessageEnv } from '../../functions/stock-update/movements/env.ts';
import type { StoreEnv } from '../../functions/stock-update/stock/env.ts';
import { ReturnReceived } from '../../shared/contracts/refunds/events.ts';
import { all } from '../constructs/access.ts';
import { exportValue } from '../constructs/exports.ts';
import { oneAtATime } from '../constructs/work-queue.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { catalog } from '../data/catalog.ts';
import { storeSettings } from '../data/settings.ts';
import { stock, stockFileImporter, stockInbox } from '../data/stock.ts';
import { settings } from '../settings.ts';
import { addAlerts } from './stock-update/alerts.ts';
import { addHttp } from './stock-update/http.ts';
import { addLots } from './stock-update/lots.ts';
import { addRepairs } from './stock-update/repairs.ts';

/** Stock movements over HTTP, by queue message and by file; stock levels over HTTP. */
export class StockUpdateStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'stock-update', shared);
    const movements = all(stock.mover, catalog.reader, settings.timeZone, settings.daysBeforeExpiry);
    addHttp(this, movements);
    const { queue } = this.queue<MessageEnv>({
      handler: 'stock-update/movements/movement-message.handler.ts',
      uses: (own) =>
        all(movements, stock.deferrer, storeSettings.reader, settings.warehouseCodes, own.url('MOVEMENT_QUEUE_URL')),
      errorImpact: 'Movements that other systems sent are not applied: the store shows too little or too much stock.',
      timeout: Duration.minutes(1),
      maxConcurrency: 10,
      // The usual ten, and the three deferrals of a movement that arrived before what it depends on.
      maxReceiveCount: 13,
    });
    // Senders in this account need `sqs:SendMessage`.
    exportValue(this, 'StockMovementsQueueUrl', queue.queueUrl);
    exportValue(this, 'StockMovementsQueueName', queue.queueName);
    this.onEvents<StoreEnv>(ReturnReceived, {
      handler: 'stock-update/returns/return-received.handler.ts',
      uses: movements,
      errorImpact: 'Returned goods are in the warehouse but not in stock: customers cannot buy them.',
      maxConcurrency: 5,
    });
    this.onFile<FileEnv>(stockInbox, {
      ...oneAtATime,
      handler: 'stock-update/file-import/file-uploaded.handler.ts',
      uses: all(
        movements,
        storeSettings.reader,
        settings.warehouseCodes,
        settings.movementFileBytes,
        stockFileImporter,
      ),
      errorImpact: 'A file of movements has no result file: none or only some of its rows are applied.',
    });
    addAlerts(this);
    addLots(this);
    addRepairs(this);
  }
}
