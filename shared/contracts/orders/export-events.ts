import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/** A file of the orders of these business days (inclusive) was requested; `onlyChannel` limits it to one channel. */
export const OrderExportRequested = defineEvent(
  'storeworks.order-intake',
  'OrderExportRequested',
  z.object({ exportId: z.string(), from: BusinessDay, to: BusinessDay, onlyChannel: z.string().optional() }),
);
