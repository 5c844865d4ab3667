/** English, Traditional Chinese and Simplified Chinese. */
const messages = {
  console: ['Console', '主控台', '控制台'],
  dashboards: ['Dashboards', '儀表板', '仪表板'],
  automations: ['Automations', '自動化', '自动化'],
  executions: ['Executions', '執行紀錄', '执行记录'],
  schedules: ['Schedules', '排程', '计划'],
  queues: ['Queues', '佇列', '队列'],
  functions: ['Functions', '函式', '函数'],
  alarms: ['Alarms', '警示', '警报'],
  buckets: ['Buckets', '儲存貯體', '存储桶'],
  timeline: ['Timeline', '時間軸', '时间线'],
  signedInAs: ['Signed in as', '登入身分', '登录身份'],
  signOut: ['Sign out', '登出', '退出登录'],
  signIn: ['Sign in', '登入', '登录'],
  signInFirst: [
    'Sign in as a person of a department. The passwords are in credentials.json, under people.',
    '請以部門人員身分登入；密碼在 credentials.json 的 people 之下。',
    '请以部门人员身份登录；密码在 credentials.json 的 people 之下。',
  ],
  signInFailed: [
    'The sign-in was not completed, or this department has no permissions in the console. Try again.',
    '登入未完成，或此部門沒有主控台權限；請再試一次。',
    '登录未完成，或此部门没有控制台权限；请再试一次。',
  ],
  skip: ['Skip to the content', '跳至內容', '跳到内容'],
  name: ['Name', '名稱', '名称'],
  description: ['Description', '說明', '说明'],
  status: ['Status', '狀態', '状态'],
  startedBy: ['Started by', '啟動者', '启动者'],
  startedAt: ['Started', '啟動時間', '启动时间'],
  endedAt: ['Ended', '結束時間', '结束时间'],
  inputs: ['Inputs', '輸入', '输入'],
  step: ['Step', '步驟', '步骤'],
  result: ['Result', '結果', '结果'],
  start: ['Start', '啟動', '启动'],
  approve: ['Approve', '核准', '批准'],
  reject: ['Reject', '拒絕', '拒绝'],
  comment: ['Comment', '備註', '备注'],
  approvals: ['Decisions', '審批', '审批'],
  messages: ['Messages', '訊息', '消息'],
  inFlight: ['In flight', '處理中', '处理中'],
  deadLettersOf: ['Dead letters of', '失敗訊息來源', '死信来源'],
  redrive: ['Redrive', '重新處理', '重新处理'],
  schedule: ['Schedule', '排程規則', '计划规则'],
  timeZone: ['Time zone', '時區', '时区'],
  target: ['Target', '目標', '目标'],
  run: ['Run', '執行', '运行'],
  testEvent: ['Test event', '測試事件', '测试事件'],
  event: ['Event (JSON)', '事件 (JSON)', '事件 (JSON)'],
  metric: ['Metric', '指標', '指标'],
  since: ['Since', '自', '自'],
  history: ['History', '紀錄', '历史'],
  key: ['Key', '索引鍵', '键'],
  size: ['Bytes', '位元組', '字节'],
  modified: ['Changed', '修改時間', '修改时间'],
  prefix: ['Prefix', '前綴', '前缀'],
  show: ['Show', '顯示', '显示'],
  correlationId: ['Correlation id', '關聯識別碼', '关联标识'],
  time: ['Time', '時間', '时间'],
  function: ['Function', '函式', '函数'],
  level: ['Level', '等級', '级别'],
  message: ['Message', '訊息內容', '消息内容'],
  none: ['None', '無', '无'],
  notAllowed: ['Your permissions do not allow this.', '您的權限不允許此操作。', '您的权限不允许此操作。'],
  notFound: ['There is no such page.', '沒有此頁面。', '没有此页面。'],
  failed: ['It failed.', '執行失敗。', '执行失败。'],
  close: ['Close', '關閉', '关闭'],
  refresh: ['Refresh', '重新整理', '刷新'],
  language: ['Language', '語言', '语言'],
  working: ['Working…', '處理中…', '处理中…'],
} as const;

export const languages = { en: 'English', 'zh-Hant': '繁體中文', 'zh-Hans': '简体中文' } as const;
export type Language = keyof typeof languages;
export type MessageName = keyof typeof messages;

const order = Object.keys(languages) as Language[];

/** The language of a cookie or of `Accept-Language`; English for others. */
export function languageOf(preferred: string): Language {
  if (/^zh-(?:hant|tw|hk|mo)\b/i.test(preferred)) return 'zh-Hant';
  return /^zh\b/i.test(preferred) ? 'zh-Hans' : 'en';
}

export const messagesIn = (language: Language) => (name: MessageName) => messages[name][order.indexOf(language)] ?? '';

/** The locale that CloudWatch sends to custom widgets. */
export const localeOf = (language: Language) => ({ en: 'en', 'zh-Hant': 'zh_TW', 'zh-Hans': 'zh_CN' })[language];
