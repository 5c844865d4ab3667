import * as z from 'zod';
import { defineEvent } from '../define-event.ts';

/** A channel's webhook endpoint was created, changed, disabled (it responded 410) or deleted. Without its secret. */
export const WebhookEndpointChanged = defineEvent(
  'storeworks.channel-webhooks',
  'WebhookEndpointChanged',
  z.object({
    channel: z.string(),
    endpointId: z.string(),
    url: z.string(),
    status: z.enum(['active', 'disabled', 'deleted']),
    reason: z.string().optional(),
  }),
);

/** An endpoint did not accept an event within the maximum age; the delivery is dead and can be replayed. */
export const WebhookDeliveryGivenUp = defineEvent(
  'storeworks.channel-webhooks',
  'WebhookDeliveryGivenUp',
  z.object({
    channel: z.string(),
    endpointId: z.string(),
    /** Id of the undelivered event; also the `webhook-id`. */
    deliveredEventId: z.string(),
    orderId: z.string(),
    reason: z.string(),
    attempts: z.int().nonnegative(),
  }),
);
