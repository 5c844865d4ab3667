import type { PriceList } from '../../../shared/pricing/price-lists.ts';

/** Whether a price list applies in a channel. `onlyChannel` is undefined for staff, who see every list. */
export const appliesIn = ({ channels }: Pick<PriceList, 'channels'>, onlyChannel: string | undefined): boolean =>
  onlyChannel === undefined || !channels || channels.includes(onlyChannel);
