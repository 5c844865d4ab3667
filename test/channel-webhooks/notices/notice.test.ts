import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { sendNotice } from '../../../functions/channel-webhooks/notices/notice.ts';
import type { PostResult } from '../../../functions/channel-webhooks/endpoints/webhook-client.ts';
import type { Endpoint } from '../../../functions/channel-webhooks/endpoints/endpoint.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { WebhookRedirected } from '../../../shared/contracts/webhooks/events.ts';
import { aCause, noon } from '../../support/builders.ts';
import { isSignedWith } from '../../support/webhooks/webhook-receiver.ts';

const endpoint: Endpoint = {
  channel: 'storefront',
  endpointId: 'shop',
  url: 'https://new.example.com/',
  secret: 'whsec_bmV3',
  previousSecrets: [{ secret: 'whsec_b2xk', expiresAt: noon }],
  status: 'active',
  createdAt: '2026-03-05T12:00:00.000Z',
  version: 2,
  failures: 0,
};
const aNotice = (noticeUrl: string | undefined = 'https://old.example.com/') => {
  const data = {
    channel: 'storefront',
    endpointId: 'shop',
    noticeUrl,
    url: endpoint.url,
    change: 'redirect' as const,
    requestedBy: 'admin',
  };
  return WebhookRedirected.envelope.parse(newEvent(WebhookRedirected, data, aCause({ now: noon })));
};

/** Sends a notice at a time; returns the posted requests and the seconds until the next attempt. */
async function send(
  given: { result?: PostResult; now?: number; stored?: Endpoint | null; notice?: typeof aNotice } = {},
) {
  const { result = { status: 204 }, now = noon + 1000, stored = endpoint } = given;
  const posted: { url: string; headers: Record<string, string>; body: string }[] = [];
  const retrySeconds = await sendNotice({
    endpoints: { read: async () => stored ?? undefined },
    post: async (url, headers, body) => {
      posted.push({ url, headers, body });
      return result;
    },
    now: () => now,
  })((given.notice ?? aNotice)());
  return { posted, retrySeconds };
}

describe('a notice of a redirect', () => {
  test('goes to the address before, signed with the secret that it knows, even if revoked', async () => {
    const { posted, retrySeconds } = await send();
    expect(retrySeconds).toBeUndefined();
    const [notice] = posted;
    if (!notice) throw new Error('There is no notice');
    expect(notice.url).toBe('https://old.example.com/');
    const json = JSON.parse(notice.body);
    expect(json).toMatchObject({ type: 'WebhookRedirected', data: { url: endpoint.url, requestedBy: 'admin' } });
    expect(json.data).not.toHaveProperty('noticeUrl');
    for (const secret of ['whsec_bmV3', 'whsec_b2xk']) {
      expect(isSignedWith(secret, { headers: notice.headers, body: notice.body, json }, noon)).toBe(true);
    }
  });

  test.each<[string, PostResult]>([
    ['a refusal', { status: 500 }],
    ['a redirect', { status: 302 }],
    ['a timeout', { error: 'timeout' }],
    ['a missing address', { error: 'ENOTFOUND' }],
    ['an upgrade', { status: 101, error: 'upgrade-refused' }],
  ])('is repeated for an hour after %s, and then dropped', async (_what, result) => {
    expect((await send({ result })).retrySeconds).toBe(60);
    expect((await send({ result, now: noon + 3_600_001 })).retrySeconds).toBeUndefined();
  });

  test('is not sent without an address before, or for a deleted endpoint', async () => {
    const withoutAddress = () => {
      const notice = aNotice();
      delete notice.detail.data.noticeUrl;
      return notice;
    };
    expect((await send({ notice: withoutAddress })).posted).toEqual([]);
    expect((await send({ stored: null })).posted).toEqual([]);
  });
});
