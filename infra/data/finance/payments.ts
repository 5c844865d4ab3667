import type { Access } from '../../constructs/access.ts';
import { SecretDefinition } from '../../constructs/secret.ts';
import { WebhookProvider } from '../../../shared/payments/webhook-secret.ts';
import { store } from '../../store.ts';

/** Each payment provider signs its webhooks with a secret of its own. */
const byProvider = Object.entries(store.paymentWebhooks).map(([name, id]) => {
  const provider = WebhookProvider.parse(name);
  const description = `The payment provider ${provider} signs its webhooks with it: see functions/order-intake/reference.md`;
  return { provider, secret: new SecretDefinition(id, 'WEBHOOK_SECRET_ARN', { description }) };
});

export const webhookSecrets = byProvider.map(({ secret }) => secret);

/** Reads the secrets of all providers. */
export const webhookSecretsReader: Access<'WEBHOOK_SECRET_ARNS'> = {
  variables: {
    WEBHOOK_SECRET_ARNS: JSON.stringify(
      Object.fromEntries(byProvider.map(({ provider, secret }) => [provider, secret.arn])),
    ),
  },
  grant: (handler) => webhookSecrets.forEach(({ reader }) => reader.grant?.(handler)),
};

/** How to call each payment provider for refunds. Staff pay through a provider that is not in it. */
export const paymentProviders = new SecretDefinition('PaymentProviders', 'PAYMENT_PROVIDERS_SECRET_ARN', {
  description: 'How each payment provider is called for refunds, as JSON: see functions/refund-approval/README.md',
  initialText: '{}',
});
