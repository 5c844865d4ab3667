import type { ExportEnv, ImportEnv } from '../../../functions/catalog/files/env.ts';
import { CatalogExportRequested } from '../../../shared/contracts/catalog/export-events.ts';
import { all } from '../../constructs/access.ts';
import { oneAtATime } from '../../constructs/work-queue.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { catalog, catalogFileExporter, catalogFileImporter, catalogFiles } from '../../data/catalog.ts';
import { storeSettings } from '../../data/settings.ts';
import { settings } from '../../settings.ts';

/** Files of SKUs, prices, products and categories, imported after their upload, and exports, requested over HTTP. */
export function addFiles(stack: WorkflowStack): void {
  stack.onFile<ImportEnv>(catalogFiles, {
    ...oneAtATime,
    handler: 'catalog/catalog-file-uploaded.handler.ts',
    uses: all(
      all(catalog.importer, catalogFileImporter, storeSettings.reader),
      all(settings.taxCategories, settings.priceGuard, settings.timeZone, settings.catalogueFileBytes),
    ),
    errorImpact: 'A file of the catalogue has no result file: none or only some of its rows are in the catalogue.',
  });
  stack.onEvents<ExportEnv>(CatalogExportRequested, {
    ...oneAtATime,
    handler: 'catalog/catalog-export.handler.ts',
    uses: all(catalog.exporter, catalogFileExporter),
    errorImpact: 'A requested file of the catalogue is not written.',
  });
}
