import * as z from 'zod';
import type { EndpointReason } from '../../../shared/contracts/webhooks/endpoint.ts';

/** A change by staff that awaits its decision. Times are milliseconds since the epoch. */
const PendingChange = z.object({
  changeId: z.string(),
  change: z.enum(['create', 'redirect', 'rotate-secret']),
  url: z.string(),
  eventTypes: z.array(z.string()).optional(),
  /** Of a rotation. */
  previousExpiresAfterSeconds: z.int().nonnegative().optional(),
  requestedBy: z.string(),
  requestedAt: z.int(),
  expiresAt: z.int(),
});
export type PendingChange = z.infer<typeof PendingChange>;

/** Reason of a disabled endpoint whose creation by staff is not approved. */
export const awaitingApproval = 'awaiting-approval' satisfies EndpointReason;

/** An endpoint as it is stored. */
export const Endpoint = z.object({
  channel: z.string(),
  endpointId: z.string(),
  url: z.string(),
  /** Event types that are delivered; every type if undefined. */
  eventTypes: z.array(z.string()).optional(),
  /** Signing secret: `whsec_` and base64. */
  secret: z.string(),
  /** Secrets before it, the newest first, and when they expire in milliseconds since the epoch. */
  previousSecrets: z.array(z.object({ secret: z.string(), expiresAt: z.int() })).optional(),
  /** Whether its address still has to echo the challenge. Endpoints of earlier versions are verified. */
  isUnverified: z.boolean().optional(),
  pendingChange: PendingChange.optional(),
  status: z.enum(['active', 'disabled']),
  /** Why it is disabled: `gone` (it responded 410), `failing` or `awaiting-approval`. */
  reason: z.string().optional(),
  disabledAt: z.string().optional(),
  createdAt: z.string(),
  version: z.int().positive(),
  /** Consecutive failed attempts. */
  failures: z.int().nonnegative(),
  /** Milliseconds since the epoch; no delivery is attempted before. */
  pausedUntil: z.int().optional(),
  /** When the first of the consecutive failures ended, in milliseconds since the epoch. */
  failingSince: z.int().optional(),
  /** Error or status of the last failed attempt. */
  lastFailure: z.string().optional(),
  /** Whether its last answer was slow. */
  isSlow: z.boolean().optional(),
  /** Seconds since the epoch when DynamoDB may delete a creation that was not approved. */
  expiresAt: z.int().optional(),
});
export type Endpoint = z.infer<typeof Endpoint>;
export type EndpointId = Pick<Endpoint, 'channel' | 'endpointId'>;

/** Prefix of a signing secret: https://www.standardwebhooks.com */
export const secretPrefix = 'whsec_';

export const endpointPrefix = 'ENDPOINT#';
export const channelPartition = (channel: string) => `CHANNEL#${channel}`;
export const endpointKey = ({ channel, endpointId }: EndpointId) => ({
  pk: channelPartition(channel),
  sk: `${endpointPrefix}${endpointId}`,
});

/** The status that its channel reads. */
export const statusOf = ({ status, isUnverified = false }: Pick<Endpoint, 'status' | 'isUnverified'>) =>
  status === 'active' && isUnverified ? 'pending-verification' : status;

/** Whether an endpoint receives events of this type. */
export const isSubscribed = ({ eventTypes }: Pick<Endpoint, 'eventTypes'>, eventType: string): boolean =>
  eventTypes === undefined || eventTypes.includes(eventType);
