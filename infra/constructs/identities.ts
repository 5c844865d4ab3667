import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  type CfnUserPool,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StandardThreatProtectionMode,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { resourceServer, type Scope, scopes } from '../../shared/access/scopes.ts';
import type { Client } from '../../shared/store.ts';

type Props = {
  clients: Record<string, Client>;
  /** Department name and what it does, by which people are let in. */
  departments: Record<string, string>;
  /** Must be unique in the region among everyone's. */
  domainPrefix?: string;
};

/** Who may call the store: machines by client credentials, people in the group of their department. */
export class Identities extends Construct {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  /** Client id by the client's name in the store's settings. */
  readonly clientIds: Record<string, string>;

  constructor(scope: Construct, id: string, { clients, departments, domainPrefix }: Props) {
    super(scope, id);
    const pool = new UserPool(this, 'Users', {
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      mfa: Mfa.REQUIRED,
      // No text messages: they can be redirected, and cost money.
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
    this.issuer = pool.userPoolProviderUrl;

    for (const [groupName, description] of Object.entries(departments)) {
      pool.addGroup(`Department-${groupName}`, { groupName, description });
    }
    this.clientIds = this.createClients(pool, clients);
    // An account id is unique, so the default prefix is free unless somebody else took it on purpose.
    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: domainPrefix ?? `storeworks-${Aws.ACCOUNT_ID}` },
    });
    this.tokenEndpoint = `${domain.baseUrl()}/oauth2/token`;
  }

  private createClients(pool: UserPool, clients: Record<string, Client>) {
    const names = Object.keys(scopes) as Scope[];
    const scopeOf = Object.fromEntries(
      names.map((name) => [name, new ResourceServerScope({ scopeName: name, scopeDescription: scopes[name] })]),
    ) as Record<Scope, ResourceServerScope>;
    const server = pool.addResourceServer('ResourceServer', {
      identifier: resourceServer,
      userPoolResourceServerName: resourceServer,
      scopes: Object.values(scopeOf),
    });
    const idOf = ([name, client]: [string, Client]) => {
      const created = pool.addClient(`Client-${name}`, {
        userPoolClientName: name,
        generateSecret: true,
        accessTokenValidity: Duration.hours(1),
        oAuth: {
          flows: { clientCredentials: true },
          scopes: client.scopes.map((scope) => OAuthScope.resourceServer(server, scopeOf[scope])),
        },
      });
      return [name, created.userPoolClientId] as const;
    };
    return Object.fromEntries(Object.entries(clients).map(idOf));
  }
}
