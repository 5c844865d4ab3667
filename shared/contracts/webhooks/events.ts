import * as z from 'zod';
import { defineEvent } from '../define-event.ts';

/** A channel's webhook endpoint was set up, changed, disabled (it answered 410) or deleted. Without its secret. */
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

/** An endpoint did not take an event within the time that we try; it waits in the endpoint's dead letters. */
export const WebhookDeliveryGivenUp = defineEvent(
  'storeworks.channel-webhooks',
  'WebhookDeliveryGivenUp',
  z.object({
    channel: z.string(),
    endpointId: z.string(),
    /** The event that was to be delivered; also the `webhook-id`. */
    deliveredEventId: z.string(),
    orderId: z.string(),
    reason: z.string(),
    attempts: z.int().nonnegative(),
  }),
);
