import { all } from '../constructs/access.ts';
import { TableDefinition } from '../constructs/table.ts';
import { catalog } from './catalog.ts';

export const settingsTable = new TableDefinition('SettingsTable', 'SETTINGS_TABLE_NAME');

export const storeSettings = {
  reader: settingsTable.access('BatchGetItem'),
  editor: settingsTable.access('BatchGetItem', 'PutItem', 'Query'),
};

/** SKUs, price lists and settings, by which a basket is priced. */
export const pricing = { reader: all(catalog.reader, storeSettings.reader) };
