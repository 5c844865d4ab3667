import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import { isSigned } from './signature.ts';

const refusal = problem(
  401,
  'invalid-signature',
  'Storeworks-Signature is missing, wrong, or older than 5 minutes: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">.',
);

/** Refuses, before anything is read of it, a webhook that is not signed with the secret. */
export const webhookGuard =
  (secret: () => Promise<string>) =>
  async (headers: Record<string, string | undefined>, body: Buffer, now: number): Promise<HttpResponse | undefined> => {
    const signature = headers['storeworks-signature'];
    // Whoever does not even sign costs no call for the secret.
    if (signature === undefined) return refusal;
    return isSigned(signature, body, await secret(), now) ? undefined : refusal;
  };
