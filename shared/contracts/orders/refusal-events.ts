import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { Instant } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/**
 * A queued order was refused; no stock is reserved. `problem` is the response that a direct placement would have. The same
 * order may be sent again.
 */
export const OrderRefused = defineEvent(
  'storeworks.order-intake',
  'OrderRefused',
  z.object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    externalOrderId: StoredText.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
    channel: StoredText.meta({ description: 'Channel of the order', example: 'storefront' }),
    acceptedAt: Instant.describe('Time at which the order was queued'),
    problem: z
      .looseObject({
        type: StoredText.meta({ description: 'Stable name of the kind of error', example: 'out-of-stock' }),
        title: StoredText.meta({ description: 'Short text of the HTTP status', example: 'Conflict' }),
        status: z.int().meta({ description: 'HTTP status', example: 409 }),
        detail: StoredText.optional().meta({
          description: 'What went wrong, for a person',
          example: 'Some lines have fewer available units than requested.',
        }),
      })
      .describe('The response that a direct placement would have'),
  }),
);
