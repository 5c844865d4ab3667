import { createHash, createHmac } from 'node:crypto';
import * as z from 'zod';

const service = 'secretsmanager';
const keptForMs = 5 * 60_000;
const timeoutMs = 5000;

/** What Lambda gives every function; the endpoint only where another than AWS's own stands in. */
const Credentials = z.object({
  AWS_REGION: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.string().optional(),
  AWS_ENDPOINT_URL: z.string().optional(),
});
const Answer = z.object({ SecretString: z.string() });

/**
 * Reads a secret's text and keeps it for five minutes, after which a changed one is seen. Throws if it cannot be read.
 * One signed request instead of a whole SDK client, which would be loaded with every cold start.
 */
export function secretReader(secretId: string): () => Promise<string> {
  let known: { text: Promise<string>; until: number } | undefined;
  return async () => {
    if (!known || performance.now() > known.until) {
      const text = getSecretValue(secretId, Credentials.parse(process.env));
      known = { text, until: performance.now() + keptForMs };
      // A failure is not kept: the next caller tries again.
      text.catch(() => {
        known = undefined;
      });
    }
    return known.text;
  };
}

async function getSecretValue(secretId: string, credentials: z.infer<typeof Credentials>): Promise<string> {
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = credentials;
  const url = new URL(endpoint ?? `https://${service}.${region}.amazonaws.com`);
  const body = JSON.stringify({ SecretId: secretId });
  const headers = signed(credentials, url.host, body, new Date());
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`GetSecretValue of ${secretId}: ${answer.status} ${text.slice(0, 300)}`);
  return Answer.parse(JSON.parse(text)).SecretString;
}

/** Headers with a version 4 signature: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signed(credentials: z.infer<typeof Credentials>, host: string, body: string, now: Date) {
  const {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: key,
    AWS_SESSION_TOKEN: token,
  } = credentials;
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const toSign: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host,
    'x-amz-date': time,
    ...(token !== undefined && { 'x-amz-security-token': token }),
    'x-amz-target': `${service}.GetSecretValue`,
  };
  const names = Object.keys(toSign).join(';');
  const lines = Object.entries(toSign).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signingKey = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${key}`);
  const signature = hmac(signingKey, text).toString('hex');
  const { host: _, ...headers } = toSign;
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
