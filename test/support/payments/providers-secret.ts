import { randomUUID } from 'node:crypto';
import type { LocalStore } from '../../../infra/local-store.ts';

/** Configures the payment providers in the secret, as an administrator does. */
export async function setProviders(
  { credentials }: Pick<LocalStore, 'credentials'>,
  providers: Record<string, object>,
): Promise<void> {
  const { gatewayUrl, region, paymentProvidersSecret } = credentials;
  const response = await fetch(gatewayUrl, {
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
  if (!response.ok) throw new Error(await response.text());
}
