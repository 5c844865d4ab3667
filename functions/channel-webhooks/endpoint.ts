import * as z from 'zod';
import type { WebhookEndpointAnswer } from '../../shared/contracts/webhooks/routes.ts';

/** An endpoint as it is stored. `failures` are those since it last took something. */
export const Endpoint = z.object({
  channel: z.string(),
  endpointId: z.string(),
  url: z.string(),
  eventTypes: z.array(z.string()).optional(),
  secret: z.string(),
  status: z.enum(['active', 'disabled']),
  reason: z.string().optional(),
  createdAt: z.string(),
  version: z.int().positive(),
  failures: z.int().nonnegative(),
  /** Milliseconds since the epoch; nothing is sent before. */
  pausedUntil: z.int().optional(),
});
export type Endpoint = z.infer<typeof Endpoint>;
export type EndpointId = Pick<Endpoint, 'channel' | 'endpointId'>;

export const endpointPrefix = 'ENDPOINT#';
export const channelPartition = (channel: string) => `CHANNEL#${channel}`;
export const endpointKey = ({ channel, endpointId }: EndpointId) => ({
  pk: channelPartition(channel),
  sk: `${endpointPrefix}${endpointId}`,
});

/** As its channel sees it; `secret` only where it is shown. */
export const answerOf = (endpoint: Endpoint, shown: { secret?: string } = {}): WebhookEndpointAnswer => ({
  endpointId: endpoint.endpointId,
  channel: endpoint.channel,
  url: endpoint.url,
  eventTypes: endpoint.eventTypes,
  status: endpoint.status,
  reason: endpoint.reason,
  createdAt: endpoint.createdAt,
  ...shown,
});
