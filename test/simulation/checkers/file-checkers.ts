import type { FinalState } from './final-state.ts';
import type { Checker } from './checkers.ts';
import type { PlannedMovementDelivery } from '../workload/stock-plan.ts';

const appliedIds = ({ committed }: FinalState) =>
  new Set(committed.filter(({ type }) => type === 'StockMoved').map(({ data }) => String(data.movementId)));

const messagesHaveResults: Checker = {
  name: 'every movement sent by message is applied or rejected by an event',
  violations: (state) => {
    const rejected = state.committed.filter(({ type }) => type === 'StockMovementRejected');
    const completed = new Set([...appliedIds(state), ...rejected.map(({ data }) => String(data.movementId))]);
    return state.observed.movementDeliveries
      .filter(({ transport }) => transport === 'queue')
      .flatMap(({ movements }) => movements)
      .filter(({ movementId }) => !completed.has(movementId))
      .map(({ movementId }) => `${movementId} was sent by message, and no event reports its result`);
  },
};

const filesHaveResults: Checker = {
  name: 'a movement file has one result per row, and every accepted row is in the ledger',
  violations: (state) => {
    const applied = appliedIds(state);
    const violationsOf = ({ id, movements }: PlannedMovementDelivery) => {
      const [, ...rows] = (state.stockResults.get(`results/${id}.csv`) ?? '').split('\n').filter(Boolean);
      const results = rows.map((row) => row.split(','));
      const isComplete =
        results.length === movements.length &&
        movements.every(({ movementId }, index) => results[index]?.[1] === movementId) &&
        state.stockResults.has(`results/${id}.json`);
      if (!isComplete) return [`${id}.csv has ${movements.length} rows and the results ${rows.join('; ') || 'none'}`];
      return results
        .filter(([, movementId = '', status]) => status === 'accepted' && !applied.has(movementId))
        .map(([, movementId]) => `${movementId} was accepted from a file and is not in the ledger`);
    };
    return state.observed.movementDeliveries.filter(({ transport }) => transport === 'file').flatMap(violationsOf);
  },
};

const importsHappenOnce: Checker = {
  name: 'an order of an import file is imported once, and the file has a result',
  violations: ({ plan, orders, committed, orderResults }) => {
    const rows = Map.groupBy(
      new Set(plan.imports.flatMap((file) => file.rows)),
      (row) => `${row.externalOrderId} of ${row.channel}`,
    );
    const ordersByKey = new Map(orders.map((order) => [`${order.externalOrderId} of ${order.channel}`, order]));
    const events = Map.groupBy(
      committed.filter(({ type }) => type === 'OrderImported'),
      ({ data }) => `${data.externalOrderId} of ${data.channel}`,
    );
    const violations = [...rows].flatMap(([key, lines]) => {
      const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
      const order = ordersByKey.get(key);
      const isImportedOnce = order?.imported && order.totalMinor === total && events.get(key)?.length === 1;
      return isImportedOnce
        ? []
        : [`${key} has the total ${order?.totalMinor} instead of ${total}, and ${events.get(key)?.length ?? 0} events`];
    });
    const wrongResults = plan.imports.flatMap(({ name, rows: sent }) => {
      const summary = JSON.parse(orderResults.get(`results/${name}.json`) ?? '{}');
      const isRight = summary.rows === sent.length + 1 && summary.badRows === 1;
      return isRight ? [] : [`${name}.csv of ${sent.length + 1} rows has the result ${JSON.stringify(summary)}`];
    });
    return [...violations, ...wrongResults];
  },
};

export const fileCheckers = [messagesHaveResults, filesHaveResults, importsHappenOnce];
