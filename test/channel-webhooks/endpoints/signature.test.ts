import { expect, test } from 'vitest';
import { signatureHeaders } from '../../../functions/channel-webhooks/endpoints/signature.ts';

test('the signature equals the example of the Standard Webhooks specification', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const headers = signatureHeaders([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a request has a signature for each valid secret', () => {
  const sign = (secrets: string[]) => signatureHeaders(secrets, 'msg_1', 1_614_265_330, '{}')['webhook-signature'];
  const [both, first, second] = [sign(['whsec_YQ==', 'whsec_Yg==']), sign(['whsec_YQ==']), sign(['whsec_Yg=='])];
  expect(both).toBe(`${first} ${second}`);
});
