import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnRegistry } from 'aws-cdk-lib/aws-eventschemas';

/** The registry in which the Lambda console looks for the shareable test events of all functions of the account. */
export const testEventRegistry = 'lambda-testevent-schemas';

export function createTestEventRegistry(stack: Stack): void {
  const registry = new CfnRegistry(stack, 'TestEventRegistry', {
    registryName: testEventRegistry,
    description: 'Shareable test events of Lambda functions',
  });
  // Functions of other applications may have events in it too.
  registry.applyRemovalPolicy(RemovalPolicy.RETAIN);
}
