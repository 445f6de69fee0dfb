import type { Clock } from '../shared/clock.ts'

/** What has not changed is said again after so long: for whoever looks only now. */
const againAfterMs = 60_000

/** Says a line when it is another than the one before, and once a minute otherwise, however often it is given. */
export function saidOnce(say: (line: string) => void, clock: Clock): (line: string) => void {
  let last: { readonly line: string; readonly at: number } | undefined
  return (line) => {
    const now = clock.now()
    if (last?.line === line && now - last.at < againAfterMs) return
    last = { line, at: now }
    say(line)
  }
}
