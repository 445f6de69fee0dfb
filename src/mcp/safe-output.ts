/**
 * MCP 2026-07-28, Tools, Security: servers sanitise tool outputs. A memory is kept as it was written; what a model or a terminal gets
 * of it has no characters that people cannot see but models read and terminals obey: control characters but tab and line ends,
 * overrides of direction, and tags (U+E0000 block) that spell hidden text. Tags that make a flag (UTS 51, emoji tag sequences,
 * after U+1F3F4) are what they look like and stay.
 */
const hidden =
  /(\u{1F3F4}[\u{E0020}-\u{E007E}]{1,16}\u{E007F})|(?![\t\n\r])\p{Cc}|[\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/gu

/** Whether JSON may hold such a character, where those below U+0020 are escaped. Nearly none does, so that looking is all it costs. */
const suspicious = /\\u00[01]|\\[bf]|[\u007F-\u009F\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/u

export interface SafeOutput<T> {
  readonly value: T
  /** `value` as JSON. */
  readonly json: string
}

/** JSON data without hidden characters, as data and as text; the same object where there are none. */
export function safeOutput<T>(value: T): SafeOutput<T> {
  const json = JSON.stringify(value ?? null)
  if (!suspicious.test(json)) return { value, json }
  const cleaned = JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? visible(part) : part))
  return { value: JSON.parse(cleaned), json: cleaned }
}

const visible = (text: string): string => text.replace(hidden, (_match, flag: string | undefined) => flag ?? '')
