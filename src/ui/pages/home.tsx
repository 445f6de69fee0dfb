/** @jsxImportSource preact */
/** The first page of an instance: what it is and how to connect to it; for somebody signed in, what they have here. */

import { uiClientId } from '../../shared/ui-client.ts'
import { latestMemories } from '../api/lists.ts'
import { listCategories, readOverview } from '../api/overview.ts'
import { MemoryRow } from '../components/memory-parts.tsx'
import { uiPage } from '../components/shell.tsx'
import type { OpenPage, SignedIn } from '../page.ts'
import { InstallCards } from './install-cards.tsx'

const recentCount = 5

export const page: OpenPage = {
  access: 'anyone',
  async show({ person, ...visit }) {
    const { apiBaseUrl, signIn } = visit.settings
    return uiPage(
      { title: 'Home', place: '/' },
      visit,
      person,
      <>
        {person === undefined ? <Welcome /> : await overview(person)}
        <section id="connect" class="connect">
          <h2>Connect an assistant</h2>
          <p class="quiet">{signIn ? withSignIn : withoutSignIn}</p>
          <InstallCards apiBaseUrl={apiBaseUrl} />
        </section>
      </>,
    )
  },
}

const withSignIn =
  'Each finds the sign-in by itself: you sign in, read what it asks for, and allow it. You can pause or disconnect it here at any time.'
const withoutSignIn =
  'There is no sign-in (AUTH=none): each assistant on this machine that has the address may use your memory.'

const Welcome = () => (
  <section class="hero">
    <h1>One memory for all your assistants</h1>
    <p>
      {
        'Tell something to one assistant and the others can recall it. What they remember is kept word for word on this server, where you can read it, correct it and delete it.'
      }
    </p>
    <a class="button" href="/session/login">
      Sign in
    </a>
  </section>
)

async function overview({ api }: SignedIn) {
  const [{ memories, apps }, categories, recent] = await Promise.all([
    readOverview(api),
    listCategories(api),
    latestMemories(api, recentCount),
  ])
  const others = apps.filter(({ id }) => id !== uiClientId)
  return (
    <>
      <h1>Your memory</h1>
      <dl class="counts">
        <Count href="/memories" name={memories === 1 ? 'Memory' : 'Memories'} count={memories} />
        <Count
          href="/apps"
          name={others.length === 1 ? 'App that uses it' : 'Apps that use it'}
          count={others.length}
        />
        <Count name={categories.length === 1 ? 'Category' : 'Categories'} count={categories.length} />
      </dl>
      {recent.length === 0 ? (
        <div class="empty">
          <h2>Nothing is remembered yet</h2>
          <p>
            {
              'Connect an assistant below and tell it something worth keeping, such as “Remember that Rex is allergic to chicken.” Then ask another one.'
            }
          </p>
        </div>
      ) : (
        <section>
          <div class="section-head">
            <h2>Latest</h2>
            <a href="/memories">All memories</a>
          </div>
          <ul class="memory-list plain">
            {recent.map((memory) => (
              <li key={memory.id}>
                <MemoryRow memory={memory} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

/** `href`: the page that lists them, where there is one. */
const Count = ({ href, name, count }: { href?: string; name: string; count: number }) => (
  <div>
    <dt>{name}</dt>
    <dd>{href === undefined ? count.toLocaleString('en') : <a href={href}>{count.toLocaleString('en')}</a>}</dd>
  </div>
)
