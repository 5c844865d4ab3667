import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/** Somebody asked for the orders of these days, both included, as a file; only those of `onlyChannel` if it is there. */
export const OrderExportRequested = defineEvent(
  'storeworks.order-intake',
  'OrderExportRequested',
  z.object({ exportId: z.string(), from: BusinessDay, to: BusinessDay, onlyChannel: z.string().optional() }),
);
