import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { RefundPolicy } from '../../functions/refund-approval/policy.ts';
import { policyKey } from '../../functions/refund-approval/refund-keys.ts';
import { adminClient } from '../bench/order-lane.ts';
import type { BackOffice } from './back-office.ts';

/** Puts a refund policy in force, as its first version. */
export async function setRefundPolicy(office: BackOffice, content: RefundPolicy): Promise<void> {
  const table = office.context.template
    .ofType('AWS::DynamoDB::Table')
    .find(({ logicalId }) => logicalId === 'RefundTable');
  const Item = { ...policyKey, version: 1, content };
  await DynamoDBDocumentClient.from(adminClient(office.credentials)).send(
    new PutCommand({ TableName: table?.name, Item }),
  );
}
