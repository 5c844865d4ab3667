import { Aws, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  type CfnUserPool,
  type CfnUserPoolClient,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StandardThreatProtectionMode,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { resourceServer, type Scope, scopes } from '../../shared/access/scopes.ts';
import { assertSeparation } from '../../shared/access/separation.ts';
import type { Client } from '../../shared/store.ts';
import { addOutput, dataStackName, exportValue } from '../constructs/exports.ts';

type Props = {
  clients: Record<string, Client>;
  /** Prefix of the token endpoint's domain name: unique in the region, over all AWS accounts. */
  domainPrefix: string | undefined;
};

/** Departments of the staff. A person's group decides what they may do. */
const departments = {
  service: 'Customer service: looks after orders and requests refunds',
  'service-lead': 'Leads customer service: changes orders and decides on refunds',
  finance: 'Runs and reads reports, decides on refunds',
  marketing: 'Plans promotions',
  warehouse: 'Receives, counts and ships stock',
  admin: 'Runs the store',
};

const outputOf = (client: string) =>
  `${client.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}ClientId`;

/**
 * The id of a client, read from an output of the data stack, not from an export: an export cannot be removed with its
 * client while another stack imports it.
 */
export const clientId = (client: string) => Fn.getStackOutput(dataStackName, outputOf(client));

/** Creates the identities that may call the store: machines by client credentials, people in a department's group. */
export function createIdentities(stack: Stack, { clients, domainPrefix }: Props): void {
  assertSeparation(clients);
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
  for (const [groupName, description] of Object.entries(departments)) {
    pool.addGroup(`Department-${groupName}`, { groupName, description });
  }
  addClients(pool, clients);
  // The account id makes the default prefix unique.
  const domain = pool.addDomain('Domain', {
    cognitoDomain: { domainPrefix: domainPrefix ?? `storeworks-${Aws.ACCOUNT_ID}` },
  });
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
