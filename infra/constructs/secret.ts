import { RemovalPolicy, SecretValue, type Stack, Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Access } from './access.ts';
import { exportValue, importFromData } from './exports.ts';

type SecretProps = {
  description: string;
  /** Text until an administrator sets another. @default AWS generates a password of 48 characters */
  initialText?: string;
};

/** A secret of the data stack, which other parties or callers depend on. `variable` is the environment variable that holds its ARN. */
export class SecretDefinition<V extends string> {
  /** Logical id. It never changes: CloudFormation would replace the secret. */
  readonly id: string;
  readonly arn: string;
  readonly reader: Access<V>;
  private readonly props: SecretProps;

  constructor(id: string, variable: V, props: SecretProps) {
    this.id = id;
    this.props = props;
    const arn = importFromData(`${id}Arn`);
    this.arn = arn;
    this.reader = {
      variables: { [variable]: arn } as Record<V, string>,
      grant: ({ role: grantee }) =>
        Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns: [arn] }),
    };
  }

  create(stack: Stack): void {
    const { description, initialText } = this.props;
    const secret = new Secret(stack, this.id, {
      description,
      ...(initialText === undefined
        ? { generateSecretString: { passwordLength: 48, excludePunctuation: true } }
        : { secretStringValue: SecretValue.unsafePlainText(initialText) }),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    (secret.node.defaultChild as CfnSecret).overrideLogicalId(this.id);
    exportValue(stack, `${this.id}Arn`, secret.secretArn);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Another party, or what a caller holds, needs the old secret: automatic rotation would break its requests.',
    });
  }
}
