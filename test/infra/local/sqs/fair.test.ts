import { describe, expect, test } from 'vitest';
import { arnOf, bodies, handles, queueOf } from './queue-fixtures.ts';
import { startQueues } from './started-queues.ts';

/** A standard queue in which `large` has a backlog of 200 messages. */
function withBacklog() {
  const { queues } = startQueues([queueOf('orders')]);
  const send = (messageGroupId: string, body: string, count = 1) => {
    for (let index = 0; index < count; index += 1) queues.send(arnOf('orders'), body, { messageGroupId });
  };
  const receive = (count: number) => queues.receive(arnOf('orders'), count);
  send('large', 'large', 200);
  return { queues, send, receive };
}

// The first and the third test were seen failing with messages by time of arrival, as standard queues were delivered before,
// the second with tenants that are noisy from their first message on.
describe('a standard queue with tenants', () => {
  test('serves quiet tenants before one with more than a tenth of the messages in flight', () => {
    const { send, receive } = withBacklog();
    receive(30);
    send('small', 'small', 2);
    expect(bodies(receive(5))).toEqual(['small', 'small', 'large', 'large', 'large']);
  });

  test('keeps the order of arrival while no tenant has many messages in flight', () => {
    const { queues, send, receive } = withBacklog();
    const first = receive(29);
    send('small', 'small');
    expect(bodies(receive(1))).toEqual(['large']);
    // With 30 in flight the tenant was noisy; after their deletion it is not.
    queues.delete(arnOf('orders'), handles(first));
    expect(bodies(receive(2))).toEqual(['large', 'large']);
  });

  test('serves the one with fewer messages in flight of two large tenants, and loses no message', () => {
    const { send, receive } = withBacklog();
    receive(100);
    send('other', 'other', 100);
    // A quiet tenant until it has 30 in flight.
    expect(new Set(bodies(receive(40)))).toEqual(new Set(['other']));
    expect(new Set(bodies(receive(60)))).toEqual(new Set(['other']));
    expect(bodies(receive(500))).toHaveLength(100);
    expect(receive(10)).toEqual([]);
  });
});
