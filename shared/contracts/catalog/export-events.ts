import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';
import { catalogFileKinds } from './files.ts';

/** A file of the catalogue was requested. */
export const CatalogExportRequested = defineEvent(
  'storeworks.catalog',
  'CatalogExportRequested',
  z.object({
    exportId: StoredText.meta({ description: 'Id of the export', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    kind: z.enum(catalogFileKinds).meta({ description: 'What the file contains', example: 'prices' }),
  }),
);
