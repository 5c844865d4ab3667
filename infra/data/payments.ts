import { SecretDefinition } from '../constructs/secret.ts';

/** Payment providers sign their webhooks with it. */
export const webhookSecret = new SecretDefinition('WebhookSecret', 'WEBHOOK_SECRET_ARN', {
  description: 'Payment providers sign their webhooks with it',
});

/** How to call each payment provider for refunds. Staff pay through a provider that is not in it. */
export const paymentProviders = new SecretDefinition('PaymentProviders', 'PAYMENT_PROVIDERS_SECRET_ARN', {
  description: 'How each payment provider is called for refunds, as JSON: see functions/refund-approval/README.md',
  initialText: '{}',
});
