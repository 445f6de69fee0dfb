/**
 * MCP 2026-07-28, Tools, Security: servers sanitise tool outputs. A memory is kept as it was written; what a model or a terminal gets
 * of it has no characters that people cannot see but models read and terminals obey. What scripts and emoji are written with stays, which
 * is never more than one of a kind: a joiner of Persian, Hindi or a family, a soft hyphen, a selector of how a character looks.
 */

/** Never shown: controls but tab and line ends, overrides of direction, tags, supplementary variation selectors. */
const control = String.raw`(?![\t\n\r])\p{Cc}`
const neverShown = String.raw`\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}\u{E0100}-\u{E01EF}`
/** Without width by themselves (UTS 39, default ignorable): joiners, marks of direction, fillers. A run of them spells hidden text. */
const widthless = String.raw`\u00AD\u034F\u115F\u1160\u180E\u200B-\u200F\u2060-\u2064\u206A-\u206F\u3164\uFEFF\uFFA0`
const selectors = String.raw`\uFE00-\uFE0F`
/** What no variation sequence begins with (Unicode, StandardizedVariants and emoji-variation-sequences). */
const noBase = String.raw`"\s\p{Script=Latin}`

/** Tags that make a flag (UTS 51, emoji tag sequences, after U+1F3F4) are what they look like; then what may be left out, in runs. */
const hidden = new RegExp(
  String.raw`(\u{1F3F4}[\u{E0020}-\u{E007E}]{1,16}\u{E007F})|(?:${control}|[${neverShown}${widthless}${selectors}])+`,
  'gu',
)
const withoutBase = new RegExp(String.raw`(?:^|[${noBase}\u{E007F}])$`, 'u')
const firstSelector = new RegExp(`^[${selectors}]`, 'u')
const firstWidthless = new RegExp(`[${widthless}]`, 'u')

/**
 * Whether JSON may hold what is to be left out; characters below U+0020 are escaped in it. Nearly none does, so that looking is all it
 * costs. What begins with a rare character comes first in each part.
 */
const suspicious = new RegExp(
  [
    String.raw`\\u00[01]|\\[bf]|[\u007F-\u009F${neverShown}]`,
    `[${widthless}${selectors}]{2}`,
    `[${selectors}](?<=[${noBase}].)`,
  ].join('|'),
  'u',
)

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

const visible = (text: string): string =>
  text.replace(hidden, (run, flag: string | undefined, offset: number) => flag ?? shown(run, text, offset))

/** Of a run of hidden characters what its place allows: the selector of the character before it, and one without width. */
function shown(run: string, text: string, offset: number): string {
  const hasBase = !withoutBase.test(text.slice(Math.max(0, offset - 2), offset))
  const selector = hasBase ? (firstSelector.exec(run)?.[0] ?? '') : ''
  return selector + (firstWidthless.exec(run)?.[0] ?? '')
}
