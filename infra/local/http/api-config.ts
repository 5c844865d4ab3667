import * as z from 'zod';
import { createResourcePolicies } from '../iam/resource-policy.ts';
import type { Resource, Template } from '../template/template.ts';
import { parseProperties, refusal } from '../template/template-properties.ts';

/** `undefined` for no limit of the route; the account's limits are not emulated. */
export type Throttle = { ratePerSecond: number | undefined; burst: number | undefined };

type JwtAuthorizer = { issuer: string; audience: string[] };

/** A route with its integration, authorizer and throttling. */
export type RouteConfig = {
  /** `GET /items/{itemId}` or `$default`. */
  key: string;
  functionArn: string;
  /** Integration timeout in milliseconds, after which the response is 503. */
  timeoutMs: number;
  authorizer: JwtAuthorizer | undefined;
  /** The token must have one of these; empty for any valid token. */
  scopes: string[];
  throttle: Throttle;
  /** Whether the function's resource policy lets this API invoke it. Otherwise the response is 500, as on AWS. */
  isPermitted: boolean;
};

export type Cors = {
  origins: string[];
  methods: string[];
  headers: string[];
  exposedHeaders: string[];
  maxAgeSeconds: number | undefined;
  allowsCredentials: boolean;
};

export type HttpApiConfig = { apiId: string; cors: Cors | undefined; routes: RouteConfig[] };

const Api = z.object({
  ProtocolType: z.literal('HTTP'),
  DisableExecuteApiEndpoint: z.literal(false).optional(),
  CorsConfiguration: z
    .object({
      AllowOrigins: z.array(z.string()).default([]),
      AllowMethods: z.array(z.string()).default([]),
      AllowHeaders: z.array(z.string()).default([]),
      ExposeHeaders: z.array(z.string()).default([]),
      MaxAge: z.coerce.number().optional(),
      AllowCredentials: z.boolean().default(false),
    })
    .optional(),
});

const Route = z.object({
  RouteKey: z.string().regex(/^(\$default|(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/\S*)$/),
  Target: z.string().regex(/^integrations\/./),
  AuthorizationType: z.enum(['NONE', 'JWT']).default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: z.array(z.string()).default([]),
});

const Integration = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  ConnectionType: z.literal('INTERNET').optional(),
  TimeoutInMillis: z.coerce.number().int().min(50).max(30_000).default(30_000),
});

const Authorizer = z.object({
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: z.array(z.string()).min(1) }),
});

const RouteSettings = z.object({
  ThrottlingRateLimit: z.coerce.number().nonnegative().optional(),
  ThrottlingBurstLimit: z.coerce.number().int().nonnegative().optional(),
});

const Stage = z.object({
  StageName: z.literal('$default'),
  AutoDeploy: z.literal(true),
  DefaultRouteSettings: RouteSettings.default({}),
  RouteSettings: z.record(z.string(), RouteSettings).default({}),
});

/** Reads the template's API; `undefined` for none. Throws StartError for an unsupported property. */
export function readHttpApi(template: Template): HttpApiConfig | undefined {
  const [api, second] = template.ofType('AWS::ApiGatewayV2::Api');
  if (!api) return undefined;
  if (second) throw refusal(second, 'only one API per template is supported');
  const { CorsConfiguration: cors } = parseProperties(Api, api);
  const stage = readStage(template, api);
  const integrations = byRef(template, 'AWS::ApiGatewayV2::Integration', Integration);
  const authorizers = byRef(template, 'AWS::ApiGatewayV2::Authorizer', Authorizer);
  const { mayInvoke } = createResourcePolicies(template);

  const routes = template.ofType('AWS::ApiGatewayV2::Route').map((resource): RouteConfig => {
    const route = parseProperties(Route, resource);
    const integration = integrations.get(route.Target.slice('integrations/'.length));
    if (!integration) throw refusal(resource, `there is no integration ${route.Target}`);
    const authorizer = route.AuthorizerId === undefined ? undefined : authorizers.get(route.AuthorizerId);
    if (route.AuthorizationType === 'JWT' && !authorizer) throw refusal(resource, 'its authorizer does not exist');
    const settings = { ...stage.DefaultRouteSettings, ...stage.RouteSettings[route.RouteKey] };
    const functionArn = functionArnOf(integration.IntegrationUri);
    return {
      key: route.RouteKey,
      functionArn,
      timeoutMs: integration.TimeoutInMillis,
      authorizer: route.AuthorizationType === 'JWT' ? authorizerOf(authorizer) : undefined,
      scopes: route.AuthorizationScopes,
      throttle: { ratePerSecond: settings.ThrottlingRateLimit, burst: settings.ThrottlingBurstLimit },
      isPermitted: mayInvoke('apigateway.amazonaws.com', functionArn, sourceArnOf(template, api.ref, route.RouteKey)),
    };
  });
  checkRouteSettings(template, stage, routes);
  return { apiId: api.ref, cors: cors && corsOf(cors), routes };
}

function readStage(template: Template, api: Resource): z.infer<typeof Stage> {
  const stages = template.ofType('AWS::ApiGatewayV2::Stage');
  const [stage] = stages;
  if (!stage || stages.length > 1) throw refusal(api, 'it must have one stage, $default');
  return parseProperties(Stage, stage);
}

/**
 * API Gateway refuses a stage with settings of a route that does not exist when the stage is created. Whether a limit that a
 * route leaves out is that of the stage or of the account is not documented.
 */
function checkRouteSettings(
  template: Template,
  { RouteSettings: settings }: z.infer<typeof Stage>,
  routes: RouteConfig[],
) {
  const [resource] = template.ofType('AWS::ApiGatewayV2::Stage');
  for (const [key, { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }] of Object.entries(settings)) {
    if (!resource) continue;
    if (!routes.some((route) => route.key === key)) {
      throw refusal(resource, `unable to find Route by key ${key} within the provided RouteSettings`);
    }
    if ((rate === undefined) !== (burst === undefined)) {
      throw refusal(
        resource,
        `the RouteSettings of ${key} must have both ThrottlingRateLimit and ThrottlingBurstLimit`,
      );
    }
  }
}

const authorizerOf = (authorizer: z.infer<typeof Authorizer> | undefined): JwtAuthorizer | undefined =>
  authorizer && { issuer: authorizer.JwtConfiguration.Issuer, audience: authorizer.JwtConfiguration.Audience };

const corsOf = (cors: NonNullable<z.infer<typeof Api>['CorsConfiguration']>): Cors => ({
  origins: cors.AllowOrigins,
  methods: cors.AllowMethods,
  headers: cors.AllowHeaders,
  exposedHeaders: cors.ExposeHeaders,
  maxAgeSeconds: cors.MaxAge,
  allowsCredentials: cors.AllowCredentials,
});

/** The function's ARN from an integration URI, which is the ARN or a path that contains it. */
const functionArnOf = (uri: string) =>
  /^arn:aws:apigateway:[^:]+:lambda:path\/[^/]+\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;

/** `aws:SourceArn` of API Gateway's invocations: the API, the stage, and the method and path of the route key. */
const sourceArnOf = ({ region, accountId }: Template, apiId: string, routeKey: string) =>
  `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default/${routeKey.replace(' ', '')}`;

const byRef = <S extends z.ZodType>(template: Template, type: string, schema: S): Map<string, z.infer<S>> =>
  new Map(template.ofType(type).map((resource) => [resource.ref, parseProperties(schema, resource)]));
