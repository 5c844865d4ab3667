import { Duration } from 'aws-cdk-lib';
import type { ErasureEnv, ExpiryEnv } from '../../../functions/order-intake/erasure/env.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** Erases the personal data of a person's orders, and of orders that are older than the retention of the store. */
export function addErasure(stack: WorkflowStack): void {
  const uses = all(orders.eraser, stock.named, settings.timeZone);
  stack.onConsole<ErasureEnv>({
    handler: 'order-intake/erasure/erase-person.handler.ts',
    uses,
    errorImpact: 'The personal data of a person who asked for its erasure is still stored.',
    timeout: Duration.minutes(10),
  });
  stack.daily<ExpiryEnv>('02:30', {
    handler: 'order-intake/erasure/expire-personal-data.handler.ts',
    uses: all(uses, settings.personalDataRetention),
    errorImpact: 'Personal data of old orders is kept longer than the retention of the store.',
    timeout: Duration.minutes(10),
  });
}
