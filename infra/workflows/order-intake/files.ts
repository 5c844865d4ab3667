import type { ExportEnv } from '../../../functions/order-intake/export/env.ts';
import type { ImportEnv } from '../../../functions/order-intake/import/env.ts';
import { OrderExportRequested } from '../../../shared/contracts/orders/export-events.ts';
import { all } from '../../constructs/access.ts';
import { oneAtATime } from '../../constructs/work-queue.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { catalog } from '../../data/catalog.ts';
import { orderFileExporter, orderFileImporter, orderFiles, orders } from '../../data/orders.ts';
import { storeSettings } from '../../data/settings.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** Files of historical orders, imported after their upload, and exports, requested over HTTP. */
export function addFiles(stack: WorkflowStack): void {
  stack.onFile<ImportEnv>(orderFiles, {
    ...oneAtATime,
    handler: 'order-intake/import/order-file-uploaded.handler.ts',
    uses: all(
      all(orders.importer, orderFileImporter),
      all(storeSettings.reader, settings.channels, settings.selling, settings.warehouseCodes, settings.orderFileBytes),
    ),
    errorImpact: 'A file of historical orders has no result file: none or only some of its orders are imported.',
  });
  stack.onEvents<ExportEnv>(OrderExportRequested, {
    ...oneAtATime,
    handler: 'order-intake/order-export.handler.ts',
    uses: all(
      all(orders.exporter, orders.byDay, orderFileExporter),
      all(stock.named, catalog.named, settings.channels, settings.selling),
    ),
    errorImpact: 'A requested file of orders is not written.',
  });
}
