import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { Instant } from '../../names.ts';
import { endpointFields } from './endpoint.ts';

/** The signed request that an endpoint must answer with its challenge. */
export const WebhookEndpointVerification = z.object({
  type: z.literal('WebhookEndpointVerification').describe('Name of the request'),
  timestamp: Instant.meta({ description: 'Time of the request', example: '2026-11-30T09:00:00.000Z' }),
  data: z
    .object({
      ...endpointFields,
      challenge: StoredText.meta({
        description: 'Random text; the response must contain it',
        example: 'q3Jm0hYd0yq1vQ2cXo8kq0yWl8m1t9bN',
      }),
    })
    .describe('The challenge'),
});
export type WebhookEndpointVerification = z.infer<typeof WebhookEndpointVerification>;
