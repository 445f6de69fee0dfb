/** @jsxImportSource preact */
/** What is around one memory: what happened to it, which apps were given it and why, and what resembles it. */
import type { ComponentChildren } from 'preact'
import { FormToken } from '../../html/components.tsx'
import type { HistoryEvent, Paged, ReadingDay, WireMemory } from '../api/memories.ts'
import { MemoryRow, memoryPath, stateName } from '../components/memory-parts.tsx'
import { Pager } from '../components/pager.tsx'
import { Time } from '../components/time.tsx'

const happened: Readonly<Record<string, string>> = {
  created: 'Stored',
  updated: 'Changed',
  superseded: 'Superseded',
  state_changed: 'Moved',
  merged: 'Merged',
  undone: 'Change taken back',
  imported: 'Imported',
  deleted: 'Deleted',
}

interface HistoryProps {
  readonly memory: WireMemory
  readonly events: Paged<HistoryEvent>
  readonly formToken: string
}

export const History = ({ memory, events, formToken }: HistoryProps) => (
  <section id="history" class="surrounding">
    <div class="section-head">
      <h2>History</h2>
      {memory.version > 1 ? (
        <form method="post" action={memoryPath(memory.id)}>
          <FormToken value={formToken} />
          <button type="submit" name="action" value="undo" class="quiet-button">
            Undo last change
          </button>
        </form>
      ) : null}
    </div>
    <ol class="timeline">
      {events.items.map((event, index) => (
        <li key={event.seq}>
          <p>
            <strong>{happened[event.kind] ?? event.kind}</strong>
            {' by '}
            <bdi>{event.app_name}</bdi>
            {', '}
            <Time at={event.at} toTheMinute />
            {event.other_id === undefined ? null : (
              <>
                {' '}
                <a href={memoryPath(event.other_id)}>the other memory</a>
              </>
            )}
          </p>
          <Before
            event={event}
            after={events.items[index - 1]?.before ?? (events.page === 1 ? nowOf(memory) : undefined)}
          />
        </li>
      ))}
    </ol>
    <Pager
      page={events.page}
      pages={Math.ceil(events.total / events.size)}
      at={(to) => `${memoryPath(memory.id)}?history=${to}`}
      part="history"
      label="Pages of the history"
    />
  </section>
)

type Snapshot = NonNullable<HistoryEvent['before']>

const nowOf = ({ content, state, categories }: WireMemory) => ({ text: content, state, categories })

/** What of it was otherwise before an event than after it. */
function Before({
  event: { before },
  after,
}: {
  event: HistoryEvent
  after: (Pick<Snapshot, 'text' | 'categories'> & { state: string }) | undefined
}) {
  if (before === undefined) return null
  const changed: ComponentChildren[] = []
  if (before.text !== after?.text) changed.push(<del dir="auto">{before.text}</del>)
  if (before.state !== after?.state) changed.push(`It was ${stateName(before.state).toLowerCase()}.`)
  if (before.categories.join('\n') !== after?.categories.join('\n')) {
    changed.push(
      before.categories.length === 0 ? 'It had no category.' : `Categories were ${before.categories.join(', ')}.`,
    )
  }
  return changed.map((what, index) => (
    <p key={index} class="before">
      {what}
    </p>
  ))
}

/** An app reads one memory again and again in a conversation: a line is all of a day. */
export const Readings = ({ memory, readings }: { memory: WireMemory; readings: Paged<ReadingDay> }) => (
  <section id="readings" class="surrounding">
    <h2>Which apps read it</h2>
    {readings.total === 0 ? (
      <p class="quiet">None yet. Each time an app recalls it, you see it here. What was asked is not kept.</p>
    ) : null}
    <ol class="timeline">
      {readings.items.map(({ app_id, app_name, last_accessed_at, access_count }) => (
        <li key={`${app_id} ${last_accessed_at}`}>
          <p>
            <strong>
              <bdi>{app_name}</bdi>
            </strong>
            {', '}
            <Time at={last_accessed_at} toTheMinute />
            {access_count === 1 ? null : `, ${access_count} of these that day`}
          </p>
        </li>
      ))}
    </ol>
    <Pager
      page={readings.page}
      pages={Math.ceil(readings.total / readings.size)}
      at={(to) => `${memoryPath(memory.id)}?readings=${to}`}
      part="readings"
      label="Pages of the readings"
    />
  </section>
)

export const Related = ({ memories }: { memories: readonly WireMemory[] }) =>
  memories.length === 0 ? null : (
    <section class="surrounding">
      <h2>Related</h2>
      <ul class="memory-list plain">
        {memories.map((memory) => (
          <li key={memory.id}>
            <MemoryRow memory={memory} />
          </li>
        ))}
      </ul>
    </section>
  )
