/** @jsxImportSource preact */
/** How a memory looks wherever it is shown. Its text and names are data: escaped, and kept apart from the page's own direction. */
import type { ListName } from '../../memory/rank/rank.ts'
import type { Listed } from '../api/lists.ts'
import type { WireMemory } from '../api/memories.ts'
import { Time } from './time.tsx'

export const memoryPath = (id: string): string => `/memories/${encodeURIComponent(id)}`

const stateNames = { active: 'Active', paused: 'Paused', archived: 'Archived', deleted: 'Deleted' } as const
export const stateName = (state: WireMemory['state']): string => stateNames[state]

/** Nothing for what is active, as most are. */
export const StateBadge = ({ state }: { state: WireMemory['state'] }) =>
  state === 'active' ? null : <span class={`badge ${state}`}>{stateName(state)}</span>

export const Categories = ({ names }: { names: readonly string[] }) =>
  names.length === 0 ? null : (
    <ul class="chips" aria-label="Categories">
      {names.map((name) => (
        <li key={name}>
          <a class="chip" href={`/memories?${new URLSearchParams({ category: name })}`}>
            <bdi>{name}</bdi>
          </a>
        </li>
      ))}
    </ul>
  )

/** Where it is from and when. */
const Origin = ({ memory }: { memory: WireMemory }) => (
  <p class="origin">
    <bdi>{memory.app_name}</bdi>
    <span aria-hidden="true"> · </span>
    <Time at={memory.created_at * 1000} />
    {memory.occurred_at === undefined ? null : (
      <>
        <span aria-hidden="true"> · </span>
        {'about '}
        <Time at={memory.occurred_at} />
      </>
    )}
  </p>
)

/** One memory in a list, under a link to its page. */
export const MemoryRow = ({ memory }: { memory: Listed }) => (
  <article class="memory-row">
    <a class="memory-link" href={memoryPath(memory.id)} dir="auto">
      {memory.content}
    </a>
    <div class="memory-meta">
      <Origin memory={memory} />
      <StateBadge state={memory.state} />
      <Categories names={memory.categories} />
    </div>
    {memory.why === undefined ? null : <WhyFound why={memory.why} />}
  </article>
)

const listNames = {
  words: 'by its words',
  entities: 'by what it is about',
  meaning: 'by its meaning',
  instructions: 'as an instruction of yours',
} as const satisfies Record<ListName, string>

const WhyFound = ({ why: { matched, lists, entities = [], events = [] } }: { why: NonNullable<Listed['why']> }) => (
  <p class="why-found">
    {'Found '}
    {lists.length === 0 ? 'beside one that answers' : lists.map(({ name }) => listNames[name]).join(' and ')}
    {matched.length + entities.length === 0 ? null : (
      <>
        {': '}
        {[...matched, ...entities].map((word) => (
          <mark key={word}>{word}</mark>
        ))}
      </>
    )}
    {events.map(({ phrase, memory }) => (
      <span key={memory}>
        {' and by its time, '}
        <a href={memoryPath(memory)}>
          <bdi>{phrase}</bdi>
        </a>
      </span>
    ))}
  </p>
)
