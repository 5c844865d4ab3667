import { RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** A secret that somebody outside knows too; it outlives its stack. AWS makes it, or an administrator after `firstText`. */
export class SharedSecret extends Construct {
  readonly arn: string;

  /** `id` is the logical id too, so that moving the construct never replaces the secret. */
  constructor(scope: Construct, id: string, { description, firstText }: { description: string; firstText?: string }) {
    super(scope, id);
    const secret = new Secret(this, 'Secret', {
      description,
      ...(firstText === undefined
        ? { generateSecretString: { passwordLength: 48, excludePunctuation: true } }
        : { secretStringValue: SecretValue.unsafePlainText(firstText) }),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    (secret.node.defaultChild as CfnSecret).overrideLogicalId(id);
    this.arn = Stack.of(this).exportValue(secret.secretArn, { name: `${Stack.of(this).stackName}-${id}-Arn` });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Rotation by itself would break the other side, who must be told of the new secret first.',
    });
  }

  grantRead(grantee: IGrantable) {
    return Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns: [this.arn] });
  }
}
