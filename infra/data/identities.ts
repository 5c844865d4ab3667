import { Aws, Duration, Fn, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  type CfnUserPool,
  type CfnUserPoolClient,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ProviderAttribute,
  ResourceServerScope,
  StandardThreatProtectionMode,
  UserPool,
  UserPoolClientIdentityProvider,
  UserPoolIdentityProviderOidc,
  UserPoolIdentityProviderSaml,
  UserPoolIdentityProviderSamlMetadata,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { departments } from '../../shared/access/departments.ts';
import { resourceServer, type Scope, scopes } from '../../shared/access/scopes.ts';
import { assertSeparation, assertStaffSeparation } from '../../shared/access/separation.ts';
import type { Client } from '../../shared/store.ts';
import type { People } from '../store.ts';
import { addAccessTokenTrigger } from '../workflows/system/api-root/sign-in.ts';
import { addOutput, dataStackName, exportValue } from '../constructs/exports.ts';

type Props = {
  clients: Record<string, Client>;
  people: People;
  /** Prefix of the token endpoint's domain name: unique in the region, over all AWS accounts. */
  domainPrefix: string | undefined;
};

const outputOf = (client: string) =>
  `${client.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}ClientId`;

/**
 * The id of a client, read from an output of the data stack, not from an export: an export cannot be removed with its
 * client while another stack imports it.
 */
export const clientId = (client: string) => Fn.getStackOutput(dataStackName, outputOf(client));

/** The id of the public client with which people sign in. */
export const peopleClientId = () => clientId('people');

/** Creates the identities that may call the store: machines by client credentials, people in a department's group. */
export function createIdentities(stack: Stack, { clients, people, domainPrefix }: Props): void {
  assertSeparation(clients);
  assertStaffSeparation(departments);
  const identities = new Construct(stack, 'Identities');
  const pool = new UserPool(identities, 'Users', {
    featurePlan: FeaturePlan.PLUS,
    standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    mfa: Mfa.REQUIRED,
    // Text messages can be redirected, and cost money.
    mfaSecondFactor: { otp: true, sms: false },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    passwordPolicy: {
      minLength: 14,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  (pool.node.defaultChild as CfnUserPool).overrideLogicalId('Users');
  for (const [groupName, { description }] of Object.entries(departments)) {
    pool.addGroup(`Department-${groupName}`, { groupName, description });
  }
  addClients(pool, clients);
  addPeopleClient(pool, people);
  addAccessTokenTrigger(stack, pool);
  // The account id makes the default prefix unique.
  const domain = pool.addDomain('Domain', {
    cognitoDomain: { domainPrefix: domainPrefix ?? `storeworks-${Aws.ACCOUNT_ID}` },
  });
  exportValue(stack, 'UserPoolId', pool.userPoolId);
  exportValue(stack, 'UserPoolArn', pool.userPoolArn);
  exportValue(stack, 'Issuer', pool.userPoolProviderUrl);
  exportValue(stack, 'TokenEndpoint', `${domain.baseUrl()}/oauth2/token`);
}

function addClients(pool: UserPool, clients: Record<string, Client>): void {
  const names = Object.keys(scopes) as Scope[];
  const scopeOf = Object.fromEntries(
    names.map((name) => [name, new ResourceServerScope({ scopeName: name, scopeDescription: scopes[name] })]),
  ) as Record<Scope, ResourceServerScope>;
  const server = pool.addResourceServer('ResourceServer', {
    identifier: resourceServer,
    userPoolResourceServerName: resourceServer,
    scopes: Object.values(scopeOf),
  });
  for (const [name, client] of Object.entries(clients)) {
    const created = pool.addClient(`Client-${name}`, {
      userPoolClientName: name,
      generateSecret: true,
      accessTokenValidity: Duration.hours(1),
      oAuth: {
        flows: { clientCredentials: true },
        scopes: client.scopes.map((scope) => OAuthScope.resourceServer(server, scopeOf[scope])),
      },
    });
    // Without this list, Cognito would admit sign-in by password proof and by custom challenges. An empty list is not valid.
    (created.node.defaultChild as CfnUserPoolClient).explicitAuthFlows = ['ALLOW_REFRESH_TOKEN_AUTH'];
    addOutput(Stack.of(pool), outputOf(name), created.userPoolClientId);
  }
}

/** A public client: an application in a browser keeps no secret. It may only ask who a person is; the trigger adds scopes. */
function addPeopleClient(pool: UserPool, { callbackUrls, logoutUrls, sessionHours, federation }: People): void {
  const provider = federation && addProvider(pool, federation);
  const client = pool.addClient('People', {
    userPoolClientName: 'people',
    generateSecret: false,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.hours(sessionHours),
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID],
      callbackUrls: [...callbackUrls],
      logoutUrls: [...logoutUrls],
    },
    supportedIdentityProviders: [
      UserPoolClientIdentityProvider.COGNITO,
      ...(federation ? [UserPoolClientIdentityProvider.custom(federation.name)] : []),
    ],
  });
  if (provider) client.node.addDependency(provider);
  (client.node.defaultChild as CfnUserPoolClient).explicitAuthFlows = ['ALLOW_REFRESH_TOKEN_AUTH'];
  addOutput(Stack.of(pool), outputOf('people'), client.userPoolClientId);
}

function addProvider(userPool: UserPool, federation: NonNullable<People['federation']>) {
  const { name } = federation;
  if (federation.kind === 'saml') {
    return new UserPoolIdentityProviderSaml(userPool, 'Federation', {
      userPool,
      name,
      metadata: UserPoolIdentityProviderSamlMetadata.url(federation.metadataUrl),
      attributeMapping: {
        email: ProviderAttribute.other('http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'),
      },
    });
  }
  return new UserPoolIdentityProviderOidc(userPool, 'Federation', {
    userPool,
    name,
    issuerUrl: federation.issuerUrl,
    clientId: federation.clientId,
    // CloudFormation resolves it in the deployment: the template names the secret only.
    clientSecret: SecretValue.secretsManager(federation.clientSecretName).unsafeUnwrap(),
    scopes: ['openid', 'email'],
    attributeMapping: { email: ProviderAttribute.other('email') },
  });
}
