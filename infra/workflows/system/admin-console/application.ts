import { Stack } from 'aws-cdk-lib';
import { CfnGroup } from 'aws-cdk-lib/aws-resourcegroups';
import { CfnApplication, CfnResourceAssociation } from 'aws-cdk-lib/aws-servicecatalogappregistry';

/** The store as one application of the AWS console: AppRegistry tags the resources of the stacks with `awsApplication`. */
export function addApplication(stack: Stack, members: readonly Stack[]) {
  const application = new CfnApplication(stack, 'Application', {
    name: 'Storeworks',
    description: 'The back office of an online store',
  });
  const associations = members.map(
    ({ node, stackName }) =>
      new CfnResourceAssociation(stack, `Member-${node.id}`, {
        application: application.attrId,
        resource: stackName,
        resourceType: 'CFN_STACK',
      }),
  );
  const group = new CfnGroup(stack, 'Resources', {
    name: 'Storeworks',
    description: 'Every resource of the store by the tag of its stacks',
    resourceQuery: {
      type: 'TAG_FILTERS_1_0',
      query: {
        resourceTypeFilters: ['AWS::AllSupported'],
        tagFilters: [{ key: 'application', values: ['storeworks'] }],
      },
    },
  });
  return { application, associations, group };
}
