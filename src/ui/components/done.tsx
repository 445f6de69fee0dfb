/** @jsxImportSource preact */
/** What a form has just done, said once on the page that follows. The address carries a name and a number, never words. */
import { Notice } from '../../html/components.tsx'

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`

const sentences: Readonly<Record<string, (count: number) => string>> = {
  added: () => 'Remembered.',
  known: () => 'That was remembered already, so nothing was added.',
  saved: () => 'Saved.',
  undone: () => 'The last change was taken back.',
  archived: (count) => `${many(count, 'memory is', 'memories are')} archived: kept, but no longer recalled.`,
  paused: (count) =>
    `${many(count, 'memory is', 'memories are')} paused: no app recalls ${count === 1 ? 'it' : 'them'}.`,
  active: (count) => `${many(count, 'memory is', 'memories are')} active again.`,
  deleted: (count) => `${many(count, 'memory was', 'memories were')} deleted for good.`,
  'app-paused': () => 'The app is paused: it can neither read nor write until you resume it.',
  'app-resumed': () => 'The app may read and write again.',
  'app-limited': () => 'What the app may read and write is saved. It holds from now on.',
  'app-revoked': () => 'The app is disconnected. Its tokens no longer work.',
}

/** The path with what was done, for the redirect after a form. */
export const withDone = (path: string, done: string, count = 1): string =>
  `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ done, ...(count === 1 ? {} : { n: String(count) }) })}`

export function Done({ url }: { url: URL }) {
  const sentence = sentences[url.searchParams.get('done') ?? '']
  if (sentence === undefined) return null
  const count = Number(/^\d{1,7}$/.exec(url.searchParams.get('n') ?? '1')?.[0] ?? 1)
  return (
    <div class="done" role="status">
      <Notice tone="plain">
        <p>{sentence(count)}</p>
      </Notice>
    </div>
  )
}
