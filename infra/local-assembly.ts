import { CfnParameter, CfnRule, Fn, type Stack } from 'aws-cdk-lib';

/** Makes CloudFormation refuse a stack whose functions were bundled for this machine and not for Lambda. */
export function refuseDeployment(stack: Stack): CfnRule {
  const bundledFor = new CfnParameter(stack, 'BundledFor', { default: 'this machine' });
  return new CfnRule(stack, 'BundledForLambda', {
    assertions: [
      {
        assert: Fn.conditionEquals(bundledFor.valueAsString, 'Lambda'),
        assertDescription: 'This assembly was synthesised to run locally. Deploy with npm run deploy.',
      },
    ],
  });
}
