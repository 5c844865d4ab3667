/** English, Traditional Chinese and Simplified Chinese. */
const messages = {
  orders: ['Orders', '訂單', '订单'],
  sales: ['Sales', '銷售額', '销售额'],
  day: ['Business day', '營業日', '营业日'],
  status: ['Status', '狀態', '状态'],
  order: ['Order', '訂單編號', '订单编号'],
  amount: ['Amount', '金額', '金额'],
  reasons: ['Reasons', '原因', '原因'],
  sku: ['SKU', 'SKU', 'SKU'],
  kind: ['Alert', '警示', '警报'],
  available: ['Available', '可用數量', '可用数量'],
  since: ['Since', '自', '自'],
  refund: ['Refund', '退款編號', '退款编号'],
  deadline: ['Deadline', '期限', '期限'],
  promotion: ['Promotion', '促銷活動', '促销活动'],
  ends: ['Ends', '結束', '结束'],
  queue: ['Queue', '佇列', '队列'],
  count: ['Messages', '訊息數', '消息数'],
  none: ['None', '無', '无'],
  more: ['More are not shown.', '尚有未顯示的項目。', '还有未显示的项目。'],
  unavailable: ['Cannot be read at the moment.', '目前無法讀取。', '目前无法读取。'],
  run: ['Run', '執行', '运行'],
  version: ['Version', '版本', '版本'],
  report: ['Open the reports', '開啟報表', '打开报表'],
  noRun: ['There is no nightly run of this day yet.', '當日尚無夜間執行。', '当日尚无夜间运行。'],
  reason: ['Reason', '理由', '理由'],
  comment: ['Comment', '備註', '备注'],
  release: ['Release', '放行', '放行'],
  reject: ['Reject', '拒絕', '拒绝'],
  pause: ['Pause', '暫停', '暂停'],
  end: ['End', '結束活動', '结束活动'],
  redrive: ['Redrive', '重新處理', '重新处理'],
  runAgain: ['Run again', '重新執行', '重新运行'],
  auditStock: ['Audit all stock', '盤點所有庫存', '盘点所有库存'],
  decide: ['Decide', '審批', '审批'],
  confirm: ['Do you want to do this now?', '確定現在執行嗎？', '确定现在执行吗？'],
  done: ['Done', '完成', '完成'],
  refused: ['Not done', '未執行', '未执行'],
} as const;

const languages = ['en', 'zh-Hant', 'zh-Hans'] as const;
export type Language = (typeof languages)[number];
export type MessageName = keyof typeof messages;

/** The language of a dashboard's locale, such as `zh_TW`; English for others. */
export function languageOf(locale: string): Language {
  if (/^zh[-_](?:tw|hk|mo|hant)/i.test(locale)) return 'zh-Hant';
  return /^zh/i.test(locale) ? 'zh-Hans' : 'en';
}

export const messagesIn =
  (language: Language) =>
  (name: MessageName): string =>
    messages[name][languages.indexOf(language)] ?? messages[name][0];
