import { all } from '../constructs/access.ts';
import { TableDefinition } from '../constructs/table.ts';
import { catalog } from './catalog.ts';
import { promotions } from './promotions.ts';

export const settingsTable = new TableDefinition('SettingsTable', 'SETTINGS_TABLE_NAME');

export const storeSettings = {
  reader: settingsTable.access('BatchGetItem'),
  editor: settingsTable.access('BatchGetItem', 'PutItem', 'Query'),
};

/** SKUs, price lists, settings and promotions, by which a basket is priced. */
export const pricing = { reader: all(catalog.reader, storeSettings.reader, promotions.reader) };
