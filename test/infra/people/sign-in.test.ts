import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { format, resolveConfig } from 'prettier';
import { describe, expect, test } from 'vitest';
import settings from '../../../cdk.json' with { type: 'json' };
import { bundlesContext, notBundled } from '../../../infra/constructs/workflow-function.ts';
import { DataStack } from '../../../infra/stacks/data-stack.ts';
import { type People, store } from '../../../infra/store.ts';
import { departments } from '../../../shared/access/departments.ts';
import { ofType } from '../synthesised.ts';

const clients = ofType('AWS::Cognito::UserPoolClient').map(({ properties }) => properties);

test('people sign in by authorization code at a public client that may only ask who they are', () => {
  const people = clients.filter(({ AllowedOAuthFlows }) => !AllowedOAuthFlows.includes('client_credentials'));
  expect(people).toMatchObject([
    {
      ClientName: 'people',
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid'],
      GenerateSecret: false,
      CallbackURLs: store.people.callbackUrls,
      LogoutURLs: store.people.logoutUrls,
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
      SupportedIdentityProviders: ['COGNITO'],
      RefreshTokenValidity: store.people.sessionHours * 60,
    },
  ]);
});

test('every department is a group of the user pool', () => {
  const groups = ofType('AWS::Cognito::UserPoolGroup').map(({ properties: { GroupName } }) => GroupName);
  expect(groups).toEqual(Object.keys(departments));
});

test('the user pool asks the trigger for the scopes of each token, and alone may invoke it', () => {
  const [pool] = ofType('AWS::Cognito::UserPool');
  const handler = ofType('AWS::Lambda::Function').find(({ stack }) => stack === 'Data');
  const arn = { 'Fn::GetAtt': [handler?.id, 'Arn'] };
  expect(pool?.properties).toMatchObject({
    MfaConfiguration: 'ON',
    UserPoolTier: 'PLUS',
    LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' } },
  });
  const permissions = ofType('AWS::Lambda::Permission').filter(({ stack }) => stack === 'Data');
  expect(permissions.map(({ properties }) => properties)).toMatchObject([
    { Principal: 'cognito-idp.amazonaws.com', FunctionName: arn, SourceArn: { 'Fn::GetAtt': [pool?.id, 'Arn'] } },
  ]);
  const policies = ofType('AWS::IAM::Policy').filter(({ id }) => id.startsWith('Data-SignIn'));
  const actions = policies.flatMap(({ properties }) => properties.PolicyDocument.Statement).flatMap((s) => s.Action);
  expect(new Set(actions)).toEqual(
    new Set(['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords']),
  );
});

const federated = (federation: NonNullable<People['federation']>) => {
  const app = new App({
    context: { ...settings.context, [bundlesContext]: notBundled },
    builtinCloudFormationValidation: false,
  });
  const { clients: machines, people, deployment } = store;
  return Template.fromStack(new DataStack(app, { clients: machines, people: { ...people, federation }, deployment }));
};

const providersOf = (template: Template): unknown[] =>
  Object.values(template.findResources('AWS::Cognito::UserPoolIdentityProvider')).map(({ Properties }) => Properties);

describe('the company’s directory', () => {
  test('signs people in by SAML', () => {
    const template = federated({ kind: 'saml', name: 'Directory', metadataUrl: 'https://idp.example/metadata' });
    expect(providersOf(template)).toMatchObject([
      {
        ProviderName: 'Directory',
        ProviderType: 'SAML',
        ProviderDetails: { MetadataURL: 'https://idp.example/metadata' },
      },
    ]);
    const props = { ClientName: 'people', SupportedIdentityProviders: ['COGNITO', 'Directory'] };
    const found = template.findResources('AWS::Cognito::UserPoolClient', { Properties: props });
    expect(Object.keys(found)).toHaveLength(1);
  });

  test('signs people in by OIDC, with a secret that is not in the template', () => {
    const template = federated({
      kind: 'oidc',
      name: 'Directory',
      issuerUrl: 'https://idp.example',
      clientId: 'storeworks',
      clientSecretName: 'directory-client',
    });
    expect(providersOf(template)).toMatchObject([
      {
        ProviderType: 'OIDC',
        ProviderDetails: {
          client_id: 'storeworks',
          client_secret: '{{resolve:secretsmanager:directory-client:SecretString:::}}',
          oidc_issuer: 'https://idp.example',
        },
      },
    ]);
  });
});

const readme = join(import.meta.dirname, '../../../infra/README.md');
const generated = `| Department | Purpose | Scopes |
| --- | --- | --- |
${Object.entries(departments)
  .map(([name, { description, scopes }]) => `| ${name} | ${description} | ${scopes.map((s) => `\`${s}\``).join(' ')} |`)
  .join('\n')}
`;

test('infra/README.md prints the scopes of the departments', async () => {
  const options = await resolveConfig(readme);
  const expected = (await format(generated, { ...options, parser: 'markdown' })).trim();
  const section = /^## Departments\n([\s\S]*?)^## /m.exec(readFileSync(readme, 'utf8'))?.[1] ?? '';
  expect(section).toContain(expected);
});
