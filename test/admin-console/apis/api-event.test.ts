import { expect, test } from 'vitest';
import { apiEventOf, isAllowed } from '../../../functions/admin-console/apis/api-event.ts';
import { decideRefund } from '../../../shared/contracts/refunds/routes.ts';
import { postWebhookReplay } from '../../../shared/contracts/webhooks/delivery-routes.ts';

const finance = { subject: 'ada@example.com', department: 'finance', clientId: 'id-1', scopes: ['refunds.decide'] };

test('an API gets the event of API Gateway with the token of the person', () => {
  const body = { decision: 'approve' };
  const event = apiEventOf({ route: decideRefund, params: { refundId: 'a/b' }, body }, finance, 'execution-1');
  expect(event).toMatchObject({
    routeKey: 'POST /refunds/{refundId}/decisions',
    rawPath: '/refunds/a%2Fb/decisions',
    headers: { 'content-type': 'application/json', 'x-correlation-id': 'execution-1' },
    pathParameters: { refundId: 'a/b' },
    requestContext: {
      authorizer: { jwt: { claims: { client_id: 'id-1', sub: 'ada@example.com', 'cognito:groups': '[finance]' } } },
    },
    body: JSON.stringify(body),
  });
});

test('a caller may use the routes of their scopes only', () => {
  expect(isAllowed({ route: decideRefund }, finance)).toBe(true);
  expect(isAllowed({ route: postWebhookReplay }, finance)).toBe(false);
});
