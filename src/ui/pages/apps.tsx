/** @jsxImportSource preact */
/** The apps that a person let in: what each may do, what it did, and stopping it, for a while or for good. */
import { FormToken, Permissions } from '../../html/components.tsx'
import { Fault } from '../../shared/fault.ts'
import { accessPath, listShownApps, type ShownApp } from '../api/apps.ts'
import { endGrant, type ListedGrant } from '../api/grants.ts'
import { type AppUse, setAppActive } from '../api/overview.ts'
import { withDone } from '../components/done.tsx'
import { uiPage } from '../components/shell.tsx'
import { Time } from '../components/time.tsx'
import type { PersonsPage } from '../page.ts'
import { redirect } from '../respond.ts'

const path = '/apps'

export const page: PersonsPage = {
  access: 'signed-in',
  async show(visit) {
    const shown = await listShownApps(visit)
    return uiPage(
      { title: 'Apps', place: path },
      visit,
      visit,
      <>
        <h1>Apps</h1>
        <p class="quiet">
          A paused app keeps its sign-in but can neither read nor write. A limited one reads and writes only what you
          let it. A disconnected one has to ask you again.
        </p>
        {shown.length === 0 ? <Empty /> : null}
        <ul class="cards wide-cards">
          {shown.map((app) => (
            <li key={app.id}>
              <AppCard app={app} formToken={visit.session.formToken} />
            </li>
          ))}
        </ul>
      </>,
    )
  },

  async submit(visit, { fields }) {
    const id = fields.get('id') ?? ''
    switch (fields.get('action')) {
      case 'pause':
        await setAppActive(visit.api, id, false)
        return redirect(withDone(path, 'app-paused'))
      case 'resume':
        await setAppActive(visit.api, id, true)
        return redirect(withDone(path, 'app-resumed'))
      case 'disconnect':
        await endGrant(id, visit)
        return redirect(withDone(path, 'app-revoked'))
      default:
        throw new Fault('invalid', 'This page cannot do that.', { field: 'action' })
    }
  },
}

const many = (count: number, one: string, more: string) => `${count.toLocaleString('en')} ${count === 1 ? one : more}`

function AppCard({ app: { id, name, grant, use }, formToken }: { app: ShownApp; formToken: string }) {
  const paused = use !== undefined && !use.is_active
  return (
    <article class="app">
      <div class="app-head">
        <h2>
          <bdi>{name}</bdi>
        </h2>
        {grant === undefined ? <span class="badge archived">Not connected</span> : null}
        {paused ? <span class="badge paused">Paused</span> : null}
        {use?.is_limited === true ? <span class="badge">Limited</span> : null}
      </div>
      {grant === undefined ? null : (
        <p class="quiet">
          {`${grant.client_origin}. Allowed on `}
          <Time at={grant.created_at} />
          {grant.destinations.length === 0 ? '' : `, through ${grant.destinations.join(', ')}`}.
        </p>
      )}
      <p>{use === undefined ? 'It has neither stored nor read anything yet.' : describeUse(use)}</p>
      {grant === undefined ? null : (
        <details class="fold">
          <summary>What it may do</summary>
          <Permissions sentences={grant.permissions} />
        </details>
      )}
      <div class="app-actions">
        {use === undefined ? null : (
          <form method="post" action={path}>
            <FormToken value={formToken} />
            <input type="hidden" name="id" value={id} />
            <button type="submit" name="action" value={paused ? 'resume' : 'pause'} class="secondary small">
              {paused ? 'Resume' : 'Pause'}
            </button>
          </form>
        )}
        {use === undefined || use.total_memories_created === 0 ? null : (
          <a class="button secondary small" href={`/memories?${new URLSearchParams({ app: id })}`}>
            What it stored
          </a>
        )}
        <a class="button secondary small" href={accessPath(id)}>
          Limit…
        </a>
        {grant === undefined ? null : <Disconnect grant={grant} formToken={formToken} />}
      </div>
    </article>
  )
}

const describeUse = (use: AppUse) => (
  <>
    {`It stored ${many(use.total_memories_created, 'memory', 'memories')} and was given ${many(use.total_memories_accessed, 'memory', 'memories')}`}
    {use.last_accessed === null ? null : (
      <>
        {', last on '}
        <Time at={use.last_accessed} />
      </>
    )}
    .
  </>
)

const Disconnect = ({ grant, formToken }: { grant: ListedGrant; formToken: string }) => (
  <details class="confirm">
    <summary class="button secondary small danger-text">Disconnect…</summary>
    <form method="post" action={path}>
      <p>Its tokens stop working at once. What it stored stays yours.</p>
      <FormToken value={formToken} />
      <input type="hidden" name="id" value={grant.id} />
      <button type="submit" name="action" value="disconnect" class="danger small">
        Disconnect
      </button>
    </form>
  </details>
)

const Empty = () => (
  <div class="empty">
    <h2>No app is connected yet</h2>
    <p>Once you allow one, you see here what it may do, what it stored and what it read.</p>
    <a class="button small" href="/#connect">
      Connect an assistant
    </a>
  </div>
)
