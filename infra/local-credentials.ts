import { parseSigningSecret, validSecrets } from '../shared/payments/webhook-secret.ts';
import type { Engine } from './local/engine.ts';
import { StartError } from './local/start-error.ts';
import { store } from './store.ts';

/**
 * What the callers of the local store need: endpoints, each client's secret, and the names of the resources that
 * people and other systems use. Resource names are outputs of the stacks. Throws StartError for a missing output.
 */
export function localCredentialsOf(engine: Engine) {
  const outputs = Object.assign({}, ...Object.values(engine.outputs())) as Record<string, string>;
  const output = (key: string): string => {
    const value = outputs[key];
    if (value === undefined) throw new StartError(`No stack has an output ${key}.`);
    return value;
  };
  const webhookSecrets = new Map(
    Object.entries<string>(store.paymentWebhooks).map(([provider, id]) => {
      const [current] = validSecrets(parseSigningSecret(engine.secretText(output(`${id}Arn`))), 0);
      return [provider, current];
    }),
  );
  const { authorizationEndpoint, peopleClientId, people } = engine;
  const { apiUrl, gatewayUrl, issuer, tokenEndpoint, clients, region, awsCredentials, databaseUrl } = engine;
  return {
    apiUrl,
    issuer,
    tokenEndpoint,
    clients,
    /** Sign-in of people: authorization code with PKCE, by this public client. */
    authorizationEndpoint,
    peopleClientId,
    /** One person per department, and a second administrator; they sign in with user name and password. */
    people,
    s3Endpoint: gatewayUrl,
    dynamodbEndpoint: gatewayUrl,
    sqsEndpoint: gatewayUrl,
    gatewayUrl,
    /** An administrator's access key for all AWS services here. */
    awsCredentials,
    /** The database itself, which checks nothing: for measurements. */
    databaseUrl,
    region,
    reportsBucket: output('ReportsBucketName'),
    lakeBucket: output('LakeBucketName'),
    /** By payment provider. */
    webhookSecrets: Object.fromEntries(webhookSecrets),
    /** That of `acme`; kept for callers from before each provider had its own. */
    webhookSecret: webhookSecrets.get('acme') ?? '',
    paymentProvidersSecret: nameOfSecret(output('PaymentProvidersArn')),
    stockInboxBucket: output('StockInboxBucketName'),
    stockMovementsQueue: output('StockMovementsQueueName'),
    catalogFilesBucket: output('CatalogFilesBucketName'),
    orderFilesBucket: output('OrderFilesBucketName'),
    eventBusName: output('EventBusName'),
  };
}

/** The engine's secret ARNs end with the name; AWS appends six random characters to it. */
const nameOfSecret = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1);
