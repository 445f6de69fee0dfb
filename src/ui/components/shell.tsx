/** @jsxImportSource preact */
/** The frame of every page for people: who is here, where to go, and what the page says. */
import type { ComponentChildren } from 'preact'
import { FormToken, Mark } from '../../html/components.tsx'
import { type PageOptions, pageResponse } from '../../html/page.tsx'
import { assetsPath, scriptPaths, uiStyles } from '../assets.ts'
import type { SignedIn, Visit } from '../page.ts'
import type { Session } from '../session/sessions.ts'
import { Done } from './done.tsx'

/** The places in the navigation, in order. */
const places = [
  { path: '/', name: 'Home' },
  { path: '/memories', name: 'Memories' },
  { path: '/apps', name: 'Apps' },
  { path: '/settings', name: 'Settings' },
] as const

type Place = (typeof places)[number]['path']

/** htmx without what a strict policy forbids, and without keeping a person's pages in the browser's storage. */
const htmxConfig = JSON.stringify({
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  timeout: 30_000,
})

export interface UiPage extends Pick<PageOptions, 'title' | 'status' | 'headers'> {
  /** Which place it belongs to. */
  readonly place?: Place
}

/** A page as its response. `person` is who is signed in, if anyone is. */
export const uiPage = (
  { place, ...options }: UiPage,
  { url, settings }: Pick<Visit, 'url' | 'settings'>,
  person: SignedIn | undefined,
  body: ComponentChildren,
): Response =>
  pageResponse(
    {
      ...options,
      assetsPath,
      stylesheet: uiStyles,
      scripts: scriptPaths,
      frame: 'none',
      head: <meta name="htmx-config" content={htmxConfig} />,
    },
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <div class="top-inner">
          <a class="wordmark" href="/">
            <Mark />
            souvenir
          </a>
          {person === undefined ? null : <Navigation place={place} />}
          <div class="who">
            {person === undefined ? <SignIn url={url} /> : <Who person={person} signIn={settings.signIn} />}
          </div>
        </div>
      </header>
      <main id="main" class="wide" tabindex={-1}>
        <Done url={url} />
        {body}
      </main>
      <footer class="site-footer">A memory of your own, on a server of your own.</footer>
    </>,
  )

const Navigation = ({ place }: { place: Place | undefined }) => (
  <nav class="places" aria-label="Places">
    {places.map(({ path, name }) => (
      <a key={path} href={path} aria-current={path === place ? 'page' : undefined}>
        {name}
      </a>
    ))}
  </nav>
)

const Who = ({ person: { session }, signIn }: { person: SignedIn; signIn: boolean }) =>
  signIn ? <SignedInAs session={session} /> : <span class="account">No sign-in (AUTH=none)</span>

const SignedInAs = ({ session }: { session: Session }) => (
  <form method="post" action="/session/logout">
    <FormToken value={session.formToken} />
    <bdi class="account">{session.person.account}</bdi>
    <button type="submit" class="quiet-button">
      Sign out
    </button>
  </form>
)

const SignIn = ({ url }: { url: URL }) => (
  <a class="button small" href={`/session/login?${new URLSearchParams({ to: url.pathname + url.search })}`}>
    Sign in
  </a>
)
