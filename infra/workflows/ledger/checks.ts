import { Duration } from 'aws-cdk-lib';
import type { CheckEnv } from '../../../functions/ledger/env.ts';
import type { ReconciliationEnv } from '../../../functions/ledger/reconciliation/env.ts';
import { LedgerDifferenceFound } from '../../../shared/contracts/ledger/events.ts';
import { ReconciliationDifferenceFound } from '../../../shared/contracts/ledger/reconciliation-events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { ledger } from '../../data/finance/ledger.ts';
import { reports } from '../../data/finance/reports.ts';
import { orders } from '../../data/orders.ts';
import { settings } from '../../settings.ts';

/** What compares the accounts every night, with themselves and with what others state. */
export function addChecks(stack: WorkflowStack): void {
  stack.daily<CheckEnv>('03:00', {
    handler: 'ledger/check-ledger.handler.ts',
    uses: all(ledger.checker, settings.timeZone),
    errorImpact: 'The sums of the accounts were not compared with their transactions tonight.',
    timeout: Duration.minutes(15),
  });
  // After the reports of the night, which start at 00:30.
  stack.daily<ReconciliationEnv>('04:00', {
    handler: 'ledger/reconcile.handler.ts',
    uses: all(ledger.reconciler, all(orders.dayReader, reports.reconciler), settings.timeZone),
    errorImpact: 'Nobody knows whether reports, ledger, orders and promotion claims of yesterday are equal.',
    timeout: Duration.minutes(15),
    memorySize: 1024,
  });
  stack.alarmOn(ReconciliationDifferenceFound, {
    errorImpact:
      'Reports, ledger, orders or promotion claims of a day are not equal: the message names each difference.',
  });
  stack.alarmOn(LedgerDifferenceFound, {
    errorImpact: 'Accounts that the message names are wrong, or lack events whose order is unknown.',
  });
}
