import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { catalogFileKinds, ProcessedCatalogFile } from './files.ts';

const Kind = z.enum(catalogFileKinds).meta({ description: 'What the file contains', example: 'prices' });
const id = (what: string) => z.string().regex(/^[0-9A-Z]{26}$/, `Not the id of an ${what}`);
const kinds = catalogFileKinds.join('|');

const CatalogImport = z
  .object({
    importId: StoredText.meta({ description: 'Id of the import', example: 'prices-01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    kind: Kind,
    status: z
      .enum(['waiting', 'completed', 'failed'])
      .describe('`waiting`: the file is not processed yet; `failed`: an error of the store, which tries again'),
    file: StoredText.meta({
      description: 'Key of the file in the CatalogFiles bucket, which deletes it after 90 days',
      example: 'imports/prices/01KB9ZQ4Y8T4V7C0M3J5R6N8PX.csv',
    }),
    result: StoredText.meta({
      description: 'Key of the result file, with a row for each row of the file',
      example: 'results/prices/01KB9ZQ4Y8T4V7C0M3J5R6N8PX.csv',
    }),
    summary: ProcessedCatalogFile.omit({ file: true }).optional().describe('The summary, once it is completed'),
  })
  .meta({ id: 'CatalogImport' });

export const postCatalogImport = defineRoute({
  method: 'POST',
  path: '/catalog/imports',
  tag: 'Catalogue',
  summary: 'Import a CSV file of the catalogue: as text here, or uploaded to S3 under the key in the response',
  scope: 'catalog.write',
  body: z
    .strictObject({
      kind: Kind,
      csv: z.string().min(1).max(1_000_000).optional().meta({
        description: 'The file as text. Default: upload it to S3',
        example: 'listId,sku,unitPriceMinor\nwholesale-eur,TEA-1,1799\n',
      }),
    })
    .meta({ id: 'CatalogImportContent' }),
  responses: {
    202: { description: 'Accepted; poll `Location`', schema: CatalogImport },
    422: { description: 'Invalid content', schema: Problem },
  },
});

export const getCatalogImport = defineRoute({
  method: 'GET',
  path: '/catalog/imports/{importId}',
  tag: 'Catalogue',
  summary: 'Get the state of an import',
  scope: 'catalog.write',
  params: z.strictObject({
    importId: z
      .string()
      .regex(new RegExp(`^(${kinds})-[0-9A-Z]{26}$`), 'Not the id of an import')
      .meta({ description: 'Id of the import', example: 'prices-01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
  }),
  responses: { 200: { description: 'The import', schema: CatalogImport } },
});

export const CatalogExport = z
  .object({
    exportId: StoredText.meta({ description: 'Id of the export', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    kind: Kind,
    status: z.enum(['requested', 'completed']).describe('State of the export'),
    rows: z.int().optional().meta({ description: 'Number of rows in the file', example: 412 }),
    file: StoredText.optional().meta({
      description: 'Key of the file in the CatalogFiles bucket, which deletes it after 30 days',
      example: 'exports/prices/01KB9ZQ4Y8T4V7C0M3J5R6N8PX.csv',
    }),
  })
  .meta({ id: 'CatalogExport' });
export type CatalogExport = z.infer<typeof CatalogExport>;

export const postCatalogExport = defineRoute({
  method: 'POST',
  path: '/catalog/exports',
  tag: 'Catalogue',
  summary: 'Export all SKUs, prices in lists, products or categories as a CSV file in S3 that can be imported again',
  scope: 'catalog.write',
  body: z.strictObject({ kind: Kind }).meta({ id: 'CatalogExportContent' }),
  responses: {
    202: { description: 'Requested; poll `Location`', schema: CatalogExport },
    422: { description: 'Invalid content', schema: Problem },
    429: { description: '`too-many-exports`: the client has too many that are not completed', schema: Problem },
  },
});

export const getCatalogExport = defineRoute({
  method: 'GET',
  path: '/catalog/exports/{exportId}',
  tag: 'Catalogue',
  summary: 'Get the state of an export',
  scope: 'catalog.write',
  params: z.strictObject({
    exportId: id('export').meta({ description: 'Id of the export', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
  }),
  responses: {
    200: { description: 'The export', schema: CatalogExport },
    404: { description: 'Unknown export', schema: Problem },
  },
});
