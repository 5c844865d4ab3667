import * as z from 'zod';

/** The signed request that an endpoint must answer with its challenge. */
export const WebhookEndpointVerification = z.object({
  type: z.literal('WebhookEndpointVerification').describe('Name of the request'),
  timestamp: z.iso.datetime().meta({ description: 'Time of the request', example: '2026-11-30T09:00:00.000Z' }),
  data: z
    .object({
      channel: z.string().meta({ description: 'Channel of the endpoint', example: 'storefront' }),
      endpointId: z.string().meta({ description: 'Id of the endpoint', example: 'orders-to-erp' }),
      challenge: z.string().meta({
        description: 'Random text; the response must contain it',
        example: 'q3Jm0hYd0yq1vQ2cXo8kq0yWl8m1t9bN',
      }),
    })
    .describe('The challenge'),
});
export type WebhookEndpointVerification = z.infer<typeof WebhookEndpointVerification>;
