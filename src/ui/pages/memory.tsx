/** One memory and all that is known of it: where a search result's `url` leads its owner. */
import { Facts } from '../../html/components.tsx'
import {
  accessLog,
  type HistoryEvent,
  memoryHistory,
  type Paged,
  type Reading,
  readMemory,
  relatedMemories,
  type WireMemory,
} from '../api/memories.ts'
import { dashboardPage } from '../components/shell.tsx'
import { Time } from '../components/time.tsx'
import type { PersonsPage } from '../page.ts'

export const page: PersonsPage = {
  access: 'signed-in',
  async show({ api, params: { id = '' }, ...visit }) {
    const memory = await readMemory(api, id)
    const [history, readings, related] = await Promise.all([
      memoryHistory(api, id, 1, 10),
      accessLog(api, id, 1, 10),
      relatedMemories(api, id),
    ])
    return dashboardPage(
      { title: 'Memory', place: '/memories' },
      visit,
      { api, session: visit.session },
      <>
        <h1>Memory</h1>
        <blockquote class="memory-text">{memory.content}</blockquote>
        <About memory={memory} />
        <History events={history} />
        <Readings readings={readings} />
        <Related memories={related} />
      </>,
    )
  },
}

const About = ({ memory }: { memory: WireMemory }) => (
  <Facts
    facts={[
      { term: 'Told by', value: <bdi>{memory.speaker}</bdi> },
      { term: 'Through', value: <bdi>{memory.app_name}</bdi> },
      { term: 'Remembered', value: <Time at={memory.created_at * 1000} /> },
    ]}
  />
)

const History = ({ events }: { events: Paged<HistoryEvent> }) => (
  <section>
    <h2>History</h2>
    <ul>
      {events.items.map((event) => (
        <li key={event.seq}>
          {`${event.kind} by ${event.app_name}, `}
          <Time at={event.at} />
        </li>
      ))}
    </ul>
  </section>
)

const Readings = ({ readings }: { readings: Paged<Reading> }) => (
  <section>
    <h2>Who read it</h2>
    <ul>
      {readings.items.map((reading) => (
        <li key={reading.id}>
          {`${reading.app_name}, `}
          <Time at={reading.accessed_at} />
        </li>
      ))}
    </ul>
  </section>
)

const Related = ({ memories }: { memories: readonly WireMemory[] }) => (
  <section>
    <h2>Related</h2>
    <ul>
      {memories.map((memory) => (
        <li key={memory.id}>
          <a href={`/memories/${memory.id}`}>{memory.content}</a>
        </li>
      ))}
    </ul>
  </section>
)
