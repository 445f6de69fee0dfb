/** @jsxImportSource preact */
/** All memories of a person: searched, filtered, ordered, page by page, and changed several at once. */
import { FormToken } from '../../html/components.tsx'
import { Fault } from '../../shared/fault.ts'
import { type Chosen, listMemories, type MemoryList } from '../api/lists.ts'
import { deleteMemories, type State, setState } from '../api/memories.ts'
import { listCategories, readOverview } from '../api/overview.ts'
import { withDone } from '../components/done.tsx'
import { MemoryRow } from '../components/memory-parts.tsx'
import { Pager } from '../components/pager.tsx'
import { uiPage } from '../components/shell.tsx'
import type { PersonsPage } from '../page.ts'
import { redirect } from '../respond.ts'
import { returnPath } from '../session/login.ts'
import { confirmDeletion } from './confirm-deletion.tsx'
import { chosenBy, describeList, Filters, isFiltered, listPath } from './memory-filters.tsx'

export const page: PersonsPage = {
  access: 'signed-in',

  async show(visit) {
    const { api, session, settings, url } = visit
    const chosen = chosenBy(url.searchParams)
    const [list, categories, { apps }] = await Promise.all([
      listMemories(api, chosen),
      // htmx takes out the list alone: what the filters offer is on the page already.
      visit.partial ? [] : listCategories(api),
      visit.partial ? { apps: [] } : readOverview(api),
    ])
    return uiPage(
      // What htmx writes into the address bar: the list's plain address.
      { title: 'Memories', place: '/memories', headers: visit.partial ? { 'hx-push-url': listPath(chosen) } : {} },
      visit,
      visit,
      <>
        <div class="page-head">
          <h1>Memories</h1>
          <a class="button" href="/memories/new">
            Add a memory
          </a>
        </div>
        <Filters chosen={chosen} categories={categories} apps={apps} />
        <List chosen={chosen} list={list} formToken={session.formToken} command={settings.command} />
      </>,
    )
  },

  async submit(visit, { fields }) {
    const { api, settings } = visit
    const ids = fields.getAll('id')
    const back = returnPath(fields.get('back'), settings)
    if (ids.length === 0)
      throw new Fault('invalid', 'Tick the memories first that you want to change.', { field: 'id' })
    const action = fields.get('action')
    switch (action) {
      case 'active':
      case 'paused':
      case 'archived':
        return redirect(withDone(back, action, await setState(api, ids, action satisfies State)))
      case 'delete':
        if (fields.get('confirmed') !== 'yes') return confirmDeletion(visit, ids, back)
        return redirect(withDone(back, 'deleted', await deleteMemories(api, ids)))
      default:
        throw new Fault('invalid', 'Choose what to do with them.', { field: 'action' })
    }
  },
}

interface ListProps {
  readonly chosen: Chosen
  readonly list: MemoryList
  readonly formToken: string
  /** What whoever runs this server types for souvenir. */
  readonly command: string
}

const List = ({ chosen, list, formToken, command }: ListProps) => (
  <section id="list" class="list" aria-label="Memories">
    <p class="list-count" role="status">
      {describeList(chosen, list.total)}
    </p>
    {list.degraded.includes('index') ? (
      <p class="quiet">The words of your memories are being read anew: for a while some are not found.</p>
    ) : null}
    {list.degraded.includes('embedder') ? (
      <p class="quiet">Meanings could not be compared just now: only words were.</p>
    ) : list.degraded.includes('vectors') ? (
      <p class="quiet">Some memories are still being read for their meaning: those were found by their words alone.</p>
    ) : null}
    {list.items.length === 0 ? (
      <Empty filtered={isFiltered(chosen)} wordsAlone={list.wordsAlone} command={command} />
    ) : (
      <form method="post" action="/memories" data-selection="">
        <FormToken value={formToken} />
        <input type="hidden" name="back" value={listPath(chosen)} />
        <div class="bulk">
          <label class="select-all" data-scripted="" hidden>
            <input type="checkbox" data-all="" />
            <span data-count="">Select all</span>
          </label>
          <fieldset class="bulk-actions">
            <legend class="visually-hidden">Do with the selected</legend>
            {bulkActions(chosen.state).map(({ action, name }) => (
              <button key={action} type="submit" name="action" value={action} class="quiet-button">
                {name}
              </button>
            ))}
          </fieldset>
        </div>
        <ul class="memory-list">
          {list.items.map((memory) => (
            <li key={memory.id}>
              <input
                type="checkbox"
                name="id"
                value={memory.id}
                aria-label={`Select: ${memory.content.slice(0, 80)}`}
              />
              <MemoryRow memory={memory} />
            </li>
          ))}
        </ul>
      </form>
    )}
    <Pager
      page={list.page}
      pages={Math.ceil(list.total / list.size)}
      at={(to) => listPath(chosen, to)}
      part="list"
      label="Pages of memories"
    />
  </section>
)

/** What can be done with what is listed. */
const bulkActions = (state: State | undefined) =>
  [
    { action: 'active', name: 'Activate', not: 'active' },
    { action: 'paused', name: 'Pause', not: 'paused' },
    { action: 'archived', name: 'Archive', not: 'archived' },
    { action: 'delete', name: 'Delete…', not: '' },
  ].filter(({ not }) => not !== state)

interface EmptyProps extends Pick<ListProps, 'command'> {
  readonly filtered: boolean
  readonly wordsAlone: boolean
}

const Empty = ({ filtered, wordsAlone, command }: EmptyProps) =>
  filtered ? (
    <div class="empty">
      <h2>Nothing matches</h2>
      <p>Try other words, or take a filter away.</p>
      {wordsAlone ? (
        <p class="quiet">
          Memories are found by their words alone here, in other forms too: not by other words that mean the same, nor
          by misspelt ones. Whoever runs this server can have them found by their meaning too:{' '}
          <code>{command} models pull</code>, then start it again.
        </p>
      ) : null}
      <a class="button secondary small" href="/memories">
        Show all memories
      </a>
    </div>
  ) : (
    <div class="empty">
      <h2>Nothing is remembered yet</h2>
      <p>
        {
          'Connect an assistant and tell it something worth keeping: “Remember that Rex is allergic to chicken.” Whatever it stores appears here, word for word.'
        }
      </p>
      <div class="actions">
        <a class="button small" href="/#connect">
          Connect an assistant
        </a>
        <a class="button secondary small" href="/memories/new">
          Add the first one yourself
        </a>
      </div>
    </div>
  )
