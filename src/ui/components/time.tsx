const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** A moment: the day, and all of it when pointed at. `at` is Unix milliseconds or what `Date` parses. */
export function Time({ at }: { at: number | string }) {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>{String(at)}</span>
  return (
    <time datetime={date.toISOString()} title={`${full.format(date)} UTC`}>
      {day.format(date)}
    </time>
  )
}
