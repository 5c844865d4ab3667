import { type App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { CfnAuthorizer, HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { addAlarm, setWorkflow } from '../constructs/alarm.ts';
import { apiStackName, exportValue, importFromData } from '../constructs/exports.ts';
import type { Store } from '../store.ts';
import { clientId, peopleClientId } from '../data/identities.ts';

/** The HTTP API: its stage, access log and authorizer. Workflows add their routes. */
export class ApiStack extends Stack {
  constructor(app: App, { clients }: Pick<Store, 'clients'>) {
    super(app, 'Api', { stackName: apiStackName });
    setWorkflow(this, 'api-root');
    const api = new HttpApi(this, 'Api', { apiName: 'storeworks', createDefaultStage: false });
    const authorizer = new CfnAuthorizer(this, 'Tokens', {
      apiId: api.apiId,
      name: 'Tokens',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: {
        issuer: importFromData('Issuer'),
        // Access tokens of Cognito have no `aud`; API Gateway then compares `client_id` with the audience.
        audience: [...Object.keys(clients).map(clientId), peopleClientId()],
      },
    });
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      // The default quota of an account in most regions: a flash sale meets no lower limit.
      throttle: { rateLimit: 10_000, burstLimit: 5_000 },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessLogFormat },
    });
    exportValue(this, 'ApiId', api.apiId);
    exportValue(this, 'AuthorizerId', authorizer.ref);
    exportValue(this, 'Url', stage.url);
    this.addAlarms(api);
  }

  private addAlarms(api: HttpApi): void {
    addAlarm(this, 'ServerErrors', {
      metric: api.metricServerError({ period: Duration.minutes(1), statistic: 'Sum' }),
      threshold: 5,
      periods: 3,
      errorImpact: 'Storefronts get server errors: customers cannot place orders.',
    });
    addAlarm(this, 'Slow', {
      metric: api.metricLatency({ period: Duration.minutes(1), statistic: 'p99' }),
      threshold: Duration.seconds(3).toMilliseconds(),
      periods: 5,
      errorImpact: 'Customers wait seconds for the confirmation of their order.',
    });
  }
}

/** One JSON line per request, without personal data: the client and the request id identify it. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTimeEpoch',
    route: '$context.routeKey',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    integrationLatencyMs: '$context.integrationLatency',
    bytes: '$context.responseLength',
    client: '$context.authorizer.claims.client_id',
    refusal: '$context.authorizer.error',
    error: '$context.integrationErrorMessage',
  }),
);
