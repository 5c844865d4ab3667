import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { Instant } from '../../names.ts';

/** The signed request that an endpoint must answer with its challenge. */
export const WebhookEndpointVerification = z.object({
  type: z.literal('WebhookEndpointVerification').describe('Name of the request'),
  timestamp: Instant.meta({ description: 'Time of the request', example: '2026-11-30T09:00:00.000Z' }),
  data: z
    .object({
      channel: StoredText.meta({ description: 'Channel of the endpoint', example: 'storefront' }),
      endpointId: StoredText.meta({ description: 'Id of the endpoint', example: 'orders-to-erp' }),
      challenge: StoredText.meta({
        description: 'Random text; the response must contain it',
        example: 'q3Jm0hYd0yq1vQ2cXo8kq0yWl8m1t9bN',
      }),
    })
    .describe('The challenge'),
});
export type WebhookEndpointVerification = z.infer<typeof WebhookEndpointVerification>;
