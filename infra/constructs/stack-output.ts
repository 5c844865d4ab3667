import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Adds an output to the stack of `scope`. `key` is unique in the app: infra/local-credentials.ts reads all stacks. */
export const addOutput = (scope: Construct, key: string, value: string) =>
  new CfnOutput(Stack.of(scope), key, { value });
