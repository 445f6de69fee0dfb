/** @jsxImportSource preact */
/** One memory and all that is known of it: where a search result's `url` leads its owner. */
import { Facts, FormToken, Notice } from '../../html/components.tsx'
import { Fault } from '../../shared/fault.ts'
import {
  accessDays,
  changeMemory,
  memoryHistory,
  readMemory,
  relatedMemories,
  setState,
  undoChange,
  type WireMemory,
  type Written,
} from '../api/memories.ts'
import { withDone } from '../components/done.tsx'
import { Categories, memoryPath, StateBadge, stateName } from '../components/memory-parts.tsx'
import { uiPage } from '../components/shell.tsx'
import { Time } from '../components/time.tsx'
import type { PersonsPage, PersonsVisit } from '../page.ts'
import { redirect } from '../respond.ts'
import { confirmDeletion } from './confirm-deletion.tsx'
import { MemoryForm, readWritten } from './memory-form.tsx'
import { History, Readings, Related } from './memory-surroundings.tsx'

const perPage = 10

export const page: PersonsPage = {
  access: 'signed-in',
  show: (visit) => show(visit),
  async submit(visit, { fields }) {
    const { api, params } = visit
    const id = params.id ?? ''
    const here = memoryPath(id)
    const action = fields.get('action')
    switch (action) {
      case 'save':
        return save(visit, id, readWritten(fields), Number(fields.get('version')) || undefined)
      case 'undo':
        await undoChange(api, id)
        return redirect(withDone(here, 'undone'))
      case 'active':
      case 'paused':
      case 'archived':
        return redirect(withDone(here, action, await setState(api, [id], action)))
      case 'delete':
        return confirmDeletion(visit, [id], '/memories')
      default:
        throw new Fault('invalid', 'This page cannot do that.', { field: 'action' })
    }
  },
}

async function save(visit: PersonsVisit, id: string, written: Written, version: number | undefined): Promise<Response> {
  try {
    await changeMemory(visit.api, id, written, version)
    return redirect(withDone(memoryPath(id), 'saved'))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.kind === 'invalid') return show(visit, { written, problem: error })
    if (error.kind !== 'precondition_failed') throw error
    const problem = new Fault(
      'conflict',
      'An app changed it while you were writing. Your text is below; save again to keep it.',
    )
    return show(visit, { written, problem })
  }
}

/** `draft`: what was sent and could not be saved. */
async function show(visit: PersonsVisit, draft?: { written: Written; problem: Fault }): Promise<Response> {
  const { api, url, params, session } = visit
  const memory = await readMemory(api, params.id ?? '')
  const [history, readings, related] = await Promise.all([
    memoryHistory(api, memory.id, pageOf(url, 'history'), perPage),
    accessDays(api, memory.id, pageOf(url, 'readings'), perPage),
    relatedMemories(api, memory.id),
  ])
  return uiPage(
    { title: 'Memory', place: '/memories', status: draft === undefined ? 200 : 422 },
    visit,
    visit,
    <>
      <p class="crumbs">
        <a href="/memories">Memories</a>
      </p>
      <h1 class="visually-hidden">Memory</h1>
      <div class="columns">
        <div>
          <blockquote class="memory-text" dir="auto">
            {memory.content}
          </blockquote>
          <div class="memory-meta">
            <StateBadge state={memory.state} />
            <Categories names={memory.categories} />
          </div>
          {memory.valid_to === undefined ? null : <NoLonger memory={memory} />}
          <div class="memory-actions">
            <details open={draft !== undefined}>
              <summary class="button secondary small">Edit</summary>
              <MemoryForm
                action={memoryPath(memory.id)}
                formToken={session.formToken}
                written={draft?.written ?? writtenOf(memory)}
                problem={draft?.problem}
                version={memory.version}
                submit="Save"
              />
            </details>
            <StateForms memory={memory} formToken={session.formToken} />
          </div>
          <Related memories={related} />
        </div>
        <div>
          <About memory={memory} />
          <History memory={memory} events={history} formToken={session.formToken} />
          <Readings memory={memory} readings={readings} />
        </div>
      </div>
    </>,
  )
}

const pageOf = (url: URL, name: string) => Number(/^[1-9]\d{0,4}$/.exec(url.searchParams.get(name) ?? '')?.[0] ?? 1)

const writtenOf = ({ content, categories, occurred_at = '' }: WireMemory): Written => ({
  text: content,
  categories,
  occurredAt: occurred_at,
})

const NoLonger = ({ memory }: { memory: WireMemory }) => (
  <Notice tone="plain">
    <p>
      {'This held until '}
      <Time at={memory.valid_to ?? ''} />
      {'. Something newer was told since.'}
    </p>
  </Notice>
)

const StateForms = ({ memory, formToken }: { memory: WireMemory; formToken: string }) => (
  <form method="post" action={memoryPath(memory.id)}>
    <FormToken value={formToken} />
    {memory.state === 'active' ? null : (
      <button type="submit" name="action" value="active" class="secondary small">
        Activate
      </button>
    )}
    {memory.state === 'paused' ? null : (
      <button type="submit" name="action" value="paused" class="secondary small">
        Pause
      </button>
    )}
    {memory.state === 'archived' ? null : (
      <button type="submit" name="action" value="archived" class="secondary small">
        Archive
      </button>
    )}
    <button type="submit" name="action" value="delete" class="secondary small danger-text">
      Delete…
    </button>
  </form>
)

const saidBy: Readonly<Record<string, string>> = {
  self: 'You',
  other: 'Another person',
  assistant: 'An assistant',
  document: 'A document',
}

const About = ({ memory }: { memory: WireMemory }) => (
  <Facts
    facts={[
      { term: 'Said by', value: <bdi>{saidBy[memory.speaker] ?? memory.speaker}</bdi> },
      { term: 'Stored by', value: <bdi>{memory.app_name}</bdi> },
      { term: 'Stored', value: <Time at={memory.created_at * 1000} /> },
      ...(memory.occurred_at === undefined ? [] : [{ term: 'Happened', value: <Time at={memory.occurred_at} /> }]),
      { term: 'State', value: stateName(memory.state) },
      ...(memory.supersedes === undefined
        ? []
        : [{ term: 'Corrects', value: <a href={memoryPath(memory.supersedes)}>an earlier memory</a> }]),
    ]}
  />
)
