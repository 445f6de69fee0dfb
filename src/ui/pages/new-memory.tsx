/** @jsxImportSource preact */
/** A memory written by the person themselves. */
import { Fault } from '../../shared/fault.ts'
import { addMemory, type Written } from '../api/memories.ts'
import { withDone } from '../components/done.tsx'
import { memoryPath } from '../components/memory-parts.tsx'
import { uiPage } from '../components/shell.tsx'
import type { PersonsPage, PersonsVisit } from '../page.ts'
import { redirect } from '../respond.ts'
import { MemoryForm, readWritten } from './memory-form.tsx'

const nothing: Written = { text: '', categories: [], occurredAt: '' }

export const page: PersonsPage = {
  access: 'signed-in',
  show: async (visit) => form(visit, nothing),
  async submit(visit, { fields }) {
    const written = readWritten(fields)
    try {
      const { id, status } = await addMemory(visit.api, written)
      return redirect(withDone(memoryPath(id), status === 'added' ? 'added' : 'known'))
    } catch (error) {
      if (error instanceof Fault && error.kind === 'invalid') return form(visit, written, error)
      throw error
    }
  },
}

const form = (visit: PersonsVisit, written: Written, problem?: Fault): Response =>
  uiPage(
    { title: 'Add a memory', place: '/memories', status: problem === undefined ? 200 : 422 },
    visit,
    visit,
    <div class="narrow">
      <h1>Add a memory</h1>
      <p class="quiet">It is kept word for word, and every app that you let read your memories can recall it.</p>
      <MemoryForm
        action="/memories/new"
        formToken={visit.session.formToken}
        written={written}
        problem={problem}
        submit="Remember"
      >
        <a class="button secondary" href="/memories">
          Cancel
        </a>
      </MemoryForm>
    </div>,
  )
