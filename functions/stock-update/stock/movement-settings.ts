import { unknownReason } from '../../../shared/settings/reason-lists.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { type WarehouseCodes, warehouseProblem } from '../../../shared/store.ts';

/** What movements may name, by the settings in force. Without `reasons`, any text is a reason. */
export type MovementSettings = { warehouses: WarehouseCodes; reasons?: readonly string[] | undefined };

/** Types whose reason is why units appear or disappear. The reason of others may be a delivery note. */
const explainedTypes = new Set<Movement['type']>(['adjustment', 'damage', 'write-off']);

type NamedProblem = {
  field: 'warehouse' | 'reason';
  rejection: 'unknown-warehouse' | 'unknown-reason';
  detail: string;
};

/** What a movement names that the settings do not have; undefined if they have all. */
export function unknownName(
  { warehouse, reason, type }: Pick<Movement, 'warehouse' | 'reason' | 'type'>,
  { warehouses, reasons }: MovementSettings,
): NamedProblem | undefined {
  const detail = warehouseProblem(warehouse, warehouses);
  if (detail !== undefined) return { field: 'warehouse', rejection: 'unknown-warehouse', detail };
  const [unknown] = explainedTypes.has(type) ? unknownReason(reason, reasons) : [];
  return unknown && { field: 'reason', rejection: 'unknown-reason', detail: unknown.detail };
}
