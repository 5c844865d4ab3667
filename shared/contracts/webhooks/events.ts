import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { Instant } from '../../names.ts';
import { defineEvent } from '../define-event.ts';
import { deadReason, endpointFields, endpointReason } from './endpoint.ts';

/** A channel's webhook endpoint was created, changed, disabled (it responded 410) or deleted. Without its secret. */
export const WebhookEndpointChanged = defineEvent(
  'storeworks.channel-webhooks',
  'WebhookEndpointChanged',
  z.object({
    ...endpointFields,
    url: StoredText.meta({
      description: 'Address that receives the events',
      example: 'https://shop.example/storeworks/events',
    }),
    status: z.enum(['active', 'disabled', 'pending-verification', 'deleted']).describe('Status after the change'),
    reason: endpointReason,
  }),
);

/** The deliverer disabled an endpoint: it responded 410, or accepted nothing for three days. Its channel can enable it. */
export const WebhookEndpointDisabled = defineEvent(
  'storeworks.channel-webhooks',
  'WebhookEndpointDisabled',
  z.object({
    ...endpointFields,
    url: StoredText.meta({
      description: 'Address that received the events',
      example: 'https://shop.example/storeworks/events',
    }),
    reason: z.enum(['gone', 'failing']).describe('`gone`: it responded 410. `failing`: every attempt failed'),
    failingSince: Instant.meta({
      description: 'First failure since the last accepted event',
      example: '2026-11-27T09:00:00.000Z',
    }),
    lastFailure: StoredText.optional().meta({
      description: 'Error or HTTP status of the last failed attempt before',
      example: 'timeout',
    }),
  }),
);

/** An endpoint did not accept an event within the maximum age; the delivery is dead and can be replayed. */
export const WebhookDeliveryGivenUp = defineEvent(
  'storeworks.channel-webhooks',
  'WebhookDeliveryGivenUp',
  z.object({
    ...endpointFields,
    deliveredEventId: StoredText.meta({
      description: 'Id of the undelivered event; also the `webhook-id`',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    orderId: StoredText.meta({ description: 'Order of the event', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    reason: deadReason,
    attempts: z.int().nonnegative().meta({ description: 'Number of attempts', example: 12 }),
  }),
);

const who = {
  ...endpointFields,
  noticeUrl: StoredText.optional().meta({
    description: 'Address that received the events before, and gets this notice; absent if there was none',
    example: 'https://shop.example/storeworks/events',
  }),
  url: StoredText.meta({ description: 'Address after the change', example: 'https://new.shop.example/events' }),
  change: z.enum(['create', 'redirect', 'rotate-secret']).describe('Creation by staff, another URL, or another secret'),
  requestedBy: StoredText.meta({ description: 'Who requested the change', example: 'admin' }),
};

/** Staff requested where a channel's events go, or how they are signed. The channel or a second person decides. */
export const WebhookChangeRequested = defineEvent(
  'storeworks.channel-webhooks',
  'WebhookChangeRequested',
  z.object({
    ...who,
    changeId: StoredText.meta({ description: 'Id of the change', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    expiresAt: Instant.meta({
      description: 'Until when the change can be approved',
      example: '2026-12-07T09:00:00.000Z',
    }),
  }),
);

/** The URL or secret of an endpoint changed. The address that received the events before gets a notice. */
export const WebhookRedirected = defineEvent(
  'storeworks.channel-webhooks',
  'WebhookRedirected',
  z.object({
    ...who,
    approvedBy: StoredText.optional().meta({
      description: 'Who approved the change; absent if the channel changed it itself',
      example: 'service-lead',
    }),
  }),
);
