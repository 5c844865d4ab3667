import { Stack, Validations } from 'aws-cdk-lib';
import { CfnIntegration, CfnRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DefinedRoute } from '../../shared/contracts/define-route.ts';
import { resourceServer } from '../../shared/access/scopes.ts';
import { importFromApi } from './exports.ts';
import type { WorkflowFunction } from './workflow-function.ts';

/** A module of `shared/contracts` whose exports include routes. */
export type RouteModule = Readonly<Record<string, unknown>>;

export const isRoute = (value: unknown): value is DefinedRoute =>
  typeof value === 'object' && value !== null && 'key' in value && 'responses' in value;

/** One integration and one Lambda permission of a function, and the routes of the HTTP API that it serves. */
export class ApiRoutes extends Construct {
  private readonly target: string;

  constructor(scope: Construct, id: string, handler: WorkflowFunction) {
    super(scope, id);
    const apiId = importFromApi('ApiId');
    const integration = new CfnIntegration(this, 'Integration', {
      apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: handler.functionArn,
      payloadFormatVersion: '2.0',
    });
    this.target = `integrations/${integration.ref}`;
    handler.addPermission('Api', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: Stack.of(this).formatArn({ service: 'execute-api', resource: apiId, resourceName: '*/*' }),
    });
  }

  /**
   * A route without a scope is open. A route that moved from another function keeps its logical id: CloudFormation creates
   * before it deletes, and an API refuses a second route with the same key.
   */
  add({ key, scope }: Pick<DefinedRoute, 'key' | 'scope'>, movedFrom: Construct = this): void {
    const route = new CfnRoute(movedFrom, key, {
      apiId: importFromApi('ApiId'),
      routeKey: key,
      target: this.target,
      ...(scope
        ? {
            authorizationType: 'JWT',
            authorizerId: importFromApi('AuthorizerId'),
            authorizationScopes: [`${resourceServer}/${scope}`],
          }
        : { authorizationType: 'NONE' }),
    });
    if (scope) return;
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Open on purpose: health, documentation and unknown paths have no secrets; webhook bodies are signed.',
    });
  }
}
