import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { WebhookChangeRequested, WebhookRedirected } from '../../../shared/contracts/webhooks/events.ts';
import { noticeSecrets } from '../endpoints/change.ts';
import type { EndpointStore } from '../endpoints/endpoint-store.ts';
import { isAccepted } from '../endpoints/health.ts';
import { signatureHeaders } from '../endpoints/signature.ts';
import type { WebhookClient } from '../endpoints/webhook-client.ts';

/** The receiver before may be gone, which is a good reason for the change: its notice is not a dead letter. */
const maxAgeMs = 3_600_000;
const retrySeconds = 60;

type Notice = EventOf<typeof WebhookChangeRequested> | EventOf<typeof WebhookRedirected>;

type Deps = { endpoints: Pick<EndpointStore, 'read'>; post: WebhookClient; now: () => number };

/**
 * Tells the address that received a channel's events that they go elsewhere, or are signed with another secret. Returns
 * the seconds until the next attempt; undefined when it is accepted, has no receiver, or an hour has passed.
 */
export const sendNotice =
  ({ endpoints, post, now }: Deps) =>
  async ({ 'detail-type': type, detail: { metadata, data } }: Notice): Promise<number | undefined> => {
    const { noticeUrl, ...content } = data;
    if (noticeUrl === undefined) return undefined;
    const endpoint = await endpoints.read(content);
    if (!endpoint) return undefined;
    const body = JSON.stringify({ type, timestamp: metadata.occurredAt, data: content });
    const headers = signatureHeaders(noticeSecrets(endpoint), metadata.eventId, Math.floor(now() / 1000), body);
    if (isAccepted(await post(noticeUrl, headers, body))) return undefined;
    return now() - Date.parse(metadata.occurredAt) > maxAgeMs ? undefined : retrySeconds;
  };
