/**
 * Looking for a long text within another, and replacing it. The runtimes' own search takes the product of both lengths where they are made for it (of
 * letters a with one b in the middle), and whoever writes chooses both.
 */

/** No search for so few characters takes long, whatever they are. */
const fewCharacters = 64

/**
 * `text` with `by` in every place of `wanted`, as `replaceAll` does it, in time by the length of `text` (Knuth, Morris and Pratt, 1977);
 * undefined where it is in none. `wanted` is not empty.
 */
export function replaceEvery(text: string, wanted: string, by: string): string | undefined {
  if (wanted.length > text.length) return undefined
  const find = finderOf(wanted)
  let replaced = ''
  let end = 0
  let found = false
  for (let at = find(text, 0); at >= 0; at = find(text, end)) {
    found = true
    replaced += text.slice(end, at) + by
    end = at + wanted.length
  }
  return found ? replaced + text.slice(end) : undefined
}

/** Whether `part`, which is not empty, is somewhere in `text`. */
export const holds = (text: string, part: string): boolean => finderOf(part)(text, 0) >= 0

type Find = (text: string, from: number) => number

function finderOf(wanted: string): Find {
  if (wanted.length <= fewCharacters) return (text, from) => text.indexOf(wanted, from)
  const head = wanted.slice(0, fewCharacters)
  let borders: Int32Array | undefined
  return (text, from) => {
    // In most texts not even its beginning is there.
    const first = text.indexOf(head, from)
    if (first < 0 || first + wanted.length > text.length) return -1
    borders ??= bordersOf(wanted)
    let matched = 0
    for (let at = first; at < text.length; at++) {
      matched = nextMatched(wanted, borders, matched, text.charCodeAt(at))
      if (matched === wanted.length) return at + 1 - matched
    }
    return -1
  }
}

/** For each beginning of a text, how long its longest end is that is also a beginning of it. */
function bordersOf(wanted: string): Int32Array {
  const borders = new Int32Array(wanted.length)
  for (let at = 1, border = 0; at < wanted.length; at++) {
    border = nextMatched(wanted, borders, border, wanted.charCodeAt(at))
    borders[at] = border
  }
  return borders
}

/** How many characters match once one more has come. */
function nextMatched(wanted: string, borders: Int32Array, matched: number, next: number): number {
  let stays = matched
  while (stays > 0 && wanted.charCodeAt(stays) !== next) stays = borders[stays - 1] as number
  return wanted.charCodeAt(stays) === next ? stays + 1 : 0
}
