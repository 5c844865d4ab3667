import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { BusinessDay } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/** A file of the orders of these business days (inclusive) was requested; `onlyChannel` limits it to one channel. */
export const OrderExportRequested = defineEvent(
  'storeworks.order-intake',
  'OrderExportRequested',
  z.object({
    exportId: StoredText.meta({ description: 'Id of the export', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    from: BusinessDay.describe('First business day'),
    to: BusinessDay.describe('Last business day'),
    onlyChannel: StoredText.optional().meta({
      description: 'Channel whose orders are exported; absent for all',
      example: 'storefront',
    }),
  }),
);
