import { randomUUID } from 'node:crypto';
import type { Engine } from '../../infra/local/engine.ts';

/** Says how each payment provider is called, as an administrator does: in the secret. */
export async function setProviders(
  { credentials }: Pick<Engine, 'credentials'>,
  providers: Record<string, object>,
): Promise<void> {
  const { gatewayUrl, region, paymentProvidersSecret } = credentials;
  const answer = await fetch(gatewayUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.PutSecretValue',
      authorization: `AWS4-HMAC-SHA256 Credential=administrator/20260101/${region}/secretsmanager/aws4_request, SignedHeaders=host, Signature=local`,
    },
    body: JSON.stringify({
      SecretId: paymentProvidersSecret,
      SecretString: JSON.stringify(providers),
      ClientRequestToken: randomUUID(),
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
