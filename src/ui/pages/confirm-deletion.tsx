/** @jsxImportSource preact */
/** Deleting is for good, so it is asked once more, whatever way it was begun. */
import { FormToken } from '../../html/components.tsx'
import { readMemory } from '../api/memories.ts'
import { uiPage } from '../components/shell.tsx'
import type { PersonsVisit } from '../page.ts'

const shownCount = 5

/** The question, with as much of the texts as tells which they are. `back`: where it leads afterwards, and if it is not done. */
export async function confirmDeletion(visit: PersonsVisit, ids: readonly string[], back: string): Promise<Response> {
  const memories = await Promise.all(ids.slice(0, shownCount).map((id) => readMemory(visit.api, id)))
  const more = ids.length - memories.length
  return uiPage(
    { title: 'Delete', place: '/memories' },
    visit,
    visit,
    <form class="narrow" method="post" action="/memories">
      <h1>{ids.length === 1 ? 'Delete this memory for good?' : `Delete these ${ids.length} memories for good?`}</h1>
      <p>The text is erased everywhere, its history included. No app can recall it and nobody can bring it back.</p>
      <ul class="doomed">
        {memories.map(({ id, content }) => (
          <li key={id} dir="auto">
            {content}
          </li>
        ))}
        {more > 0 ? <li class="quiet">{`and ${more} more`}</li> : null}
      </ul>
      <FormToken value={visit.session.formToken} />
      <input type="hidden" name="action" value="delete" />
      <input type="hidden" name="confirmed" value="yes" />
      <input type="hidden" name="back" value={back} />
      {ids.map((id) => (
        <input key={id} type="hidden" name="id" value={id} />
      ))}
      <div class="actions">
        <button type="submit" class="danger">
          Delete for good
        </button>
        <a class="button secondary" href={back}>
          Keep
        </a>
      </div>
    </form>,
  )
}
