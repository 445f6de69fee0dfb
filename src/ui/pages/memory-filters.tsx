/** @jsxImportSource preact */
/** What a list of memories is filtered and ordered by: read from the address, written into it, and shown as a form. */
import { type Chosen, isRecall, type Order, orders } from '../api/lists.ts'
import type { State } from '../api/memories.ts'
import type { AppUse, Category } from '../api/overview.ts'
import { type Choice, DayInput, Select } from '../components/fields.tsx'

const states = ['active', 'paused', 'archived'] as const
/** As the API takes them. */
const longestQuestion = 500
const longestCategory = 100
const longestAppId = 2_000

/** What the address asks for; anything that is no choice of ours counts as not chosen. */
export function chosenBy(query: URLSearchParams): Chosen {
  const text = (name: string, most = longestQuestion) => (query.get(name) ?? '').trim().slice(0, most)
  const oneOf = <T extends string>(name: string, choices: readonly T[]) =>
    choices.find((each) => each === query.get(name))
  const day = (name: string) => {
    const value = text(name)
    return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : ''
  }
  const question = text('q')
  return {
    question,
    state: oneOf<State>('state', states),
    category: text('category', longestCategory),
    app: text('app', longestAppId),
    from: day('from'),
    to: day('to'),
    order: oneOf<Order>('sort', orders) ?? (question === '' ? 'newest' : 'best'),
    page: Number(/^[1-9]\d{0,5}$/.exec(query.get('page') ?? '')?.[0] ?? 1),
  }
}

/** What answers best where something is looked for, otherwise the newest. */
const isUsual = ({ question, order }: Pick<Chosen, 'question' | 'order'>): boolean =>
  order === (question === '' ? 'newest' : 'best')

/** The address of a list, with nothing in it that is as usual. */
export function listPath(chosen: Chosen, page = chosen.page): string {
  const { question, state = '', category, app, from, to, order } = chosen
  const parts = {
    q: question,
    state,
    category,
    app,
    from,
    to,
    sort: isUsual(chosen) ? '' : order,
    page: page > 1 ? String(page) : '',
  }
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString()
  return query === '' ? '/memories' : `/memories?${query}`
}

export const isFiltered = ({ question, state, category, app, from, to }: Chosen): boolean =>
  [question, state ?? '', category, app, from, to].some((value) => value !== '')

const stateChoices: readonly Choice[] = [
  { value: '', label: 'In use' },
  { value: 'active', label: 'Active' },
  { value: 'paused', label: 'Paused' },
  { value: 'archived', label: 'Archived' },
]
/** As the address has it: nothing where the order is the usual one, whether or not something is looked for. */
const orderChoices: readonly Choice[] = [
  { value: '', label: 'Newest, or most relevant in a search' },
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
  { value: 'text', label: 'By text' },
  { value: 'app', label: 'By app' },
]

interface FiltersProps {
  readonly chosen: Chosen
  readonly categories: readonly Category[]
  readonly apps: readonly AppUse[]
}

/** Sent as it is changed where there is script, and with its button where there is none. */
export const Filters = ({ chosen, categories, apps }: FiltersProps) => (
  <search>
    <form
      class="filters"
      method="get"
      action="/memories"
      hx-get="/memories"
      hx-target="#list"
      hx-select="#list"
      hx-swap="outerHTML"
      hx-push-url="true"
      hx-sync="this:replace"
      hx-trigger="input changed delay:300ms from:#q, change, submit"
    >
      <div class="search-line">
        <label class="visually-hidden" for="q">
          Search your memories
        </label>
        <input
          type="search"
          id="q"
          name="q"
          value={chosen.question}
          maxLength={longestQuestion}
          placeholder="Ask or search"
          autocomplete="off"
        />
        <button type="submit">Search</button>
      </div>
      <details class="more-filters" open={isFiltered({ ...chosen, question: '' }) || !isUsual(chosen)}>
        <summary>Filter and sort</summary>
        <div class="filter-grid">
          <Select name="state" label="State" value={chosen.state ?? ''} choices={stateChoices} />
          <Select
            name="category"
            label="Category"
            value={chosen.category}
            choices={anyOr(
              categories.map(({ name, count }) => ({ value: name, label: `${name} (${count})` })),
              chosen.category,
            )}
          />
          <Select
            name="app"
            label="App"
            value={chosen.app}
            choices={anyOr(
              apps.map(({ id, name }) => ({ value: id, label: name })),
              chosen.app,
            )}
          />
          <DayInput name="from" label="From" value={chosen.from} />
          <DayInput name="to" label="To" value={chosen.to} />
          <Select name="sort" label="Order" value={isUsual(chosen) ? '' : chosen.order} choices={orderChoices} />
        </div>
      </details>
    </form>
  </search>
)

/** Any, or one of these. One that is chosen stays a choice, though nothing is in it any more. */
function anyOr(choices: readonly Choice[], chosen: string): readonly Choice[] {
  const isKnown = chosen === '' || choices.some(({ value }) => value === chosen)
  return [{ value: '', label: 'Any' }, ...(isKnown ? [] : [{ value: chosen, label: chosen }]), ...choices]
}

/** What the list is, in words. */
export function describeList(chosen: Chosen, total: number): string {
  if (isRecall(chosen)) return total === 0 ? 'Nothing answers that' : `${total} found, best first`
  const what = total === 1 ? '1 memory' : `${total.toLocaleString('en')} memories`
  return isFiltered(chosen) ? `${what} found` : what
}
