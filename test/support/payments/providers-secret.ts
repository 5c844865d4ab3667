import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LocalStore } from '../../../infra/local-store.ts';

/** Configures the payment providers in the secret, as an administrator does. */
export async function setProviders(
  { credentials }: Pick<LocalStore, 'credentials'>,
  providers: Record<string, object>,
): Promise<void> {
  const { gatewayUrl, region, awsCredentials, paymentProvidersSecret } = credentials;
  const client = new SecretsManagerClient({ endpoint: gatewayUrl, region, credentials: awsCredentials });
  const content = { SecretId: paymentProvidersSecret, SecretString: JSON.stringify(providers) };
  await client.send(new PutSecretValueCommand(content));
  client.destroy();
}
