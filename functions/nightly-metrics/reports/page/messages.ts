import { type Html, html } from '../../../../shared/html.ts';
import { inLanguages, type Message } from '../../../../shared/reports/page/languages.ts';

/** Texts in the order of the languages. */
const messages = {
  title: ['Sales of the day', '每日銷售報表', '每日销售报表'],
  noOrders: ['No orders were placed on this day.', '當日沒有訂單。', '当日没有订单。'],
  moreCurrencies: [
    'Further currencies are in the CSV files only:',
    '其他幣別只列於 CSV 檔案:',
    '其他币种仅列于 CSV 文件:',
  ],
  moreRows: ['Rows that are in the CSV file only:', '只列於 CSV 檔案的列數:', '仅列于 CSV 文件的行数:'],
  totals: ['Totals by channel', '各通路合計', '各渠道合计'],
  totalsNote: [
    'Orders as placed on this day. Cancellations, edits and refunds were made on this day, for orders of any day.',
    '訂單為當日成立者。取消、修改與退款為當日發生者,所屬訂單可為任何日期。',
    '订单为当日成立者。取消、修改与退款为当日发生者,所属订单可为任何日期。',
  ],
  byHour: ['Sales by hour', '每小時銷售額', '每小时销售额'],
  runningTotal: ['Sales since midnight', '自午夜起累計銷售額', '自午夜起累计销售额'],
  byCategory: ['Sales by category', '各類別銷售額', '各类别销售额'],
  topSkus: ['SKUs with the highest sales', '銷售額最高的 SKU', '销售额最高的 SKU'],
  priceAndUnits: [
    'Price (across) and units (up) of each SKU',
    '各 SKU 單價(橫軸)與數量(縱軸)',
    '各 SKU 单价(横轴)与数量(纵轴)',
  ],
  channel: ['Channel', '通路', '渠道'],
  hour: ['Hour', '時段', '时段'],
  sku: ['SKU', 'SKU', 'SKU'],
  category: ['Category', '類別', '类别'],
  others: ['Others', '其他', '其他'],
  all: ['All', '全部', '全部'],
  orders: ['Orders', '訂單數', '订单数'],
  units: ['Units', '數量', '数量'],
  visits: ['Visits', '造訪次數', '访问次数'],
  conversion: ['Conversion', '轉換率', '转化率'],
  sales: ['Sales', '銷售額', '销售额'],
  share: ['Share', '占比', '占比'],
  price: ['Average price', '平均單價', '平均单价'],
  total: ['Total', '總額', '总额'],
  cancelled: ['Cancelled', '取消', '取消'],
  edited: ['Edited', '修改', '修改'],
  refunded: ['Refunded', '退款', '退款'],
  net: ['Net', '淨額', '净额'],
  quality: ['Data quality', '資料品質', '数据质量'],
  events: ['Events counted', '計入事件', '计入事件'],
  quarantined: ['Lines that are in no figure', '未計入任何數字的列', '未计入任何数字的行'],
  nothingQuarantined: ['Every line was counted.', '所有列均已計入。', '所有行均已计入。'],
  reason: ['Reason', '原因', '原因'],
  unusual: [
    'Unusual, compared with the last eight days of this weekday',
    '與前八個相同星期幾相比,有異常',
    '与前八个相同星期几相比,有异常',
  ],
  nothingUnusual: ['Nothing was found.', '沒有發現異常。', '没有发现异常。'],
  found: ['Found', '當日數值', '当日数值'],
  usual: ['Usual (median)', '一般值(中位數)', '一般值(中位数)'],
  figure: ['Figure', '數字', '数字'],
  'no-events': ['Day without events', '當日沒有事件', '当日没有事件'],
  'silent-channel': ['Channel without orders', '通路沒有訂單', '渠道没有订单'],
  'unusual-sum': ['Sum far outside the usual', '合計遠離一般值', '合计远离一般值'],
  unreadable: ['Not an event', '無法讀取', '无法读取'],
  'other-day': ['Event of another day', '屬於其他日期', '属于其他日期'],
  'invalid-order': ['Order with an invalid value', '訂單內容無效', '订单内容无效'],
  'invalid-change': ['Change with an invalid value', '訂單變更內容無效', '订单变更内容无效'],
  'invalid-refund': ['Refund with an invalid value', '退款內容無效', '退款内容无效'],
  'invalid-payment': ['Payment with an invalid value', '付款內容無效', '付款内容无效'],
  'invalid-settlement': ['Statement line with an invalid value', '對帳單內容無效', '对账单内容无效'],
  'invalid-stock-value': ['Value of stock that is invalid', '庫存價值內容無效', '库存价值内容无效'],
  stock: ['Stock by category, at cost', '各類別庫存(按成本)', '各类别库存(按成本)'],
  opening: ['Opening', '期初', '期初'],
  received: ['Received', '進貨', '进货'],
  costOfGoods: ['Cost of goods', '銷貨成本', '销货成本'],
  writeOffs: ['Write-offs', '報廢', '报废'],
  shrinkage: ['Shrinkage', '盤差', '盘差'],
  closing: ['Closing', '期末', '期末'],
  turnover: ['Turnover', '週轉率', '周转率'],
  sellThrough: ['Sell-through', '售罄率', '售罄率'],
  'invalid-visits': ['Visits with an invalid value', '造訪次數內容無效', '访问次数内容无效'],
  'invalid-movement': ['Stock movement with an invalid value', '庫存異動內容無效', '库存变动内容无效'],
  'time-without-zone': ['Time without a zone', '時間缺少時區', '时间缺少时区'],
  'quantity-below-one': ['Quantity below one', '數量小於一', '数量小于一'],
  'unknown-currency': ['Unknown currency', '未知幣別', '未知币种'],
  'amounts-do-not-add-up': ['Amounts that do not add up', '金額合計不符', '金额合计不符'],
  'placed-twice': ['Order that was placed before', '重複成立的訂單', '重复成立的订单'],
} as const satisfies Record<string, Message>;
export type MessageName = keyof typeof messages;

/** A text in every language; the style shows one of them. */
export const say = (name: MessageName): Html => inLanguages(messages[name]);

const isMessage = (name: string): name is MessageName => Object.hasOwn(messages, name);

/** A reason of `quarantined`; one without a text is shown as it is. */
export const sayReason = (reason: string): Html => (isMessage(reason) ? say(reason) : html`${reason}`);

export const { title } = messages;
