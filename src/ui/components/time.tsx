/** @jsxImportSource preact */
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const minute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** A moment: the day (or, `toTheMinute`, the time too), and all of it when pointed at. `at` is Unix milliseconds or what `Date` parses. */
export function Time({ at, toTheMinute = false }: { at: number | string; toTheMinute?: boolean }) {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>{String(at)}</span>
  return (
    <time datetime={date.toISOString()} title={`${full.format(date)} UTC`} data-minute={toTheMinute ? '' : undefined}>
      {toTheMinute ? `${minute.format(date)} UTC` : day.format(date)}
    </time>
  )
}
