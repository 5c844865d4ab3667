import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi as Api,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { routesByWorkflow } from '../../shared/contracts/all-routes.ts';
import type { DefinedRoute } from '../../shared/contracts/define-route.ts';
import { resourceServer } from '../../shared/access/scopes.ts';
import { watch } from './alarm.ts';
import type { Identities } from './identities.ts';

/** The one door for HTTP: a token of a known client, and the scope of the route. */
export class HttpApi extends Construct {
  private readonly api: Api;
  private readonly authorizer: HttpJwtAuthorizer;

  constructor(scope: Construct, id: string, { identities }: { identities: Identities }) {
    super(scope, id);
    this.api = new Api(this, 'Api', { apiName: 'storeworks', createDefaultStage: false });
    // Access tokens of Cognito have no `aud`; API Gateway then compares `client_id` with the audience.
    const jwtAudience = Object.values(identities.clientIds);
    this.authorizer = new HttpJwtAuthorizer('Tokens', identities.issuer, { jwtAudience });

    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      // The account's own default in most regions: a flash sale meets no lower limit of ours.
      throttle: { rateLimit: 10_000, burstLimit: 5_000 },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessLogFormat },
    });
    this.addAlarms();
    Stack.of(this).exportValue(stage.url, { name: `${Stack.of(this).stackName}-Url` });
  }

  /** Puts routes, a workflow's most often, in front of the function that serves them. A route without a scope is open. */
  serve(name: keyof typeof routesByWorkflow, handler: IFunction): void {
    const integration = new HttpLambdaIntegration(name, handler);
    const routes: DefinedRoute[] = routesByWorkflow[name];
    for (const { key, method, path, scope } of routes) {
      const route = new HttpRoute(this, key, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(path, HttpMethod[method]),
        integration,
        ...(scope
          ? { authorizer: this.authorizer, authorizationScopes: [`${resourceServer}/${scope}`] }
          : { authorizer: new HttpNoneAuthorizer() }),
      });
      if (!scope) acknowledgeOpen(route);
    }
  }

  /** Answers whatever no route matches. */
  serveTheRest(handler: IFunction): void {
    const route = new HttpRoute(this, 'Rest', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Rest', handler),
      authorizer: new HttpNoneAuthorizer(),
    });
    acknowledgeOpen(route);
  }

  private addAlarms(): void {
    const workflow = 'api-root';
    watch(this, 'ServerErrors', {
      metric: this.api.metricServerError({ period: Duration.minutes(1), statistic: 'Sum' }),
      threshold: 5,
      periods: 3,
      workflow,
      failureMeans: 'Storefronts get errors instead of answers: orders are not placed.',
    });
    watch(this, 'Slow', {
      metric: this.api.metricLatency({ period: Duration.minutes(1), statistic: 'p99' }),
      threshold: Duration.seconds(3).toMilliseconds(),
      periods: 5,
      workflow,
      failureMeans: 'Buyers wait seconds for the answer to their order.',
    });
  }
}

const acknowledgeOpen = (route: HttpRoute) =>
  Validations.of(route).acknowledge({
    id: 'AwsSolutions-APIG4',
    reason:
      'Open on purpose: it tells that the store is up, how to call it, or that there is nothing here; or the body is signed.',
  });

/** One JSON line per request. No address and no name of a person: the client and the request id lead to the rest. */
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
