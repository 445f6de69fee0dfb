/** @jsxImportSource preact */
/** What one app may read and write, as its person says. */
import { FormToken, Notice } from '../../html/components.tsx'
import { Fault } from '../../shared/fault.ts'
import { type Access, accessPath, listShownApps, type Reach, readAccess, setAccess } from '../api/apps.ts'
import { withDone } from '../components/done.tsx'
import { type Choice, Select, TextInput } from '../components/fields.tsx'
import { uiPage } from '../components/shell.tsx'
import type { PersonsPage, PersonsVisit } from '../page.ts'
import { redirect } from '../respond.ts'

type Limits = Omit<Access, 'paused'>
type ReachChoice = Choice & { readonly value: Reach }

const reading: readonly ReachChoice[] = [
  { value: 'all', label: 'All memories' },
  { value: 'own', label: 'Only those it stored itself' },
  { value: 'none', label: 'None' },
]
const writing: readonly ReachChoice[] = [
  { value: 'all', label: 'Add, and change all that it may read' },
  { value: 'own', label: 'Add, and change only its own' },
  { value: 'none', label: 'Nothing' },
]

export const page: PersonsPage = {
  access: 'signed-in',
  async show(visit) {
    const name = await nameOf(visit)
    return show(visit, name, await readAccess(visit.api, idOf(visit)))
  },
  async submit(visit, { fields }) {
    const name = await nameOf(visit)
    const { categories } = await readAccess(visit.api, idOf(visit))
    const access = readSent(fields, categories)
    if (access.categories?.length === 0) {
      const { categories: _none, ...shown } = access
      const problem = new Fault('invalid', 'Name a category, or leave the field empty for all.', {
        field: 'categories',
      })
      return show(visit, name, shown, problem)
    }
    try {
      await setAccess(visit.api, idOf(visit), access)
      return redirect(withDone('/apps', 'app-limited'))
    } catch (error) {
      if (error instanceof Fault && error.kind === 'invalid') return show(visit, name, access, error)
      throw error
    }
  },
}

const idOf = ({ params }: PersonsVisit) => params.id ?? ''

/** @throws Fault `not_found` for an app that this person never let in */
async function nameOf(visit: PersonsVisit): Promise<string> {
  const app = (await listShownApps(visit)).find(({ id }) => id === idOf(visit))
  if (app === undefined) throw new Fault('not_found', 'There is no app here with this address.')
  return app.name
}

/**
 * What was sent; commas without a name between them are no categories, which is nothing and not all.
 * @throws Fault `invalid` for what the form does not offer
 */
function readSent(fields: URLSearchParams, kept: Access['categories']): Limits {
  const sent = fields.get('categories') ?? ''
  const named = [...new Set(sent.split(',').map((name) => name.trim()))].filter((name) => name !== '')
  // Apps may have set names with commas in them: what the person left as it was shown stays as it is.
  const categories = sent === textOf(kept) ? kept : named
  return {
    read: chosen(reading, fields.get('read'), 'read'),
    write: chosen(writing, fields.get('write'), 'write'),
    ...(sent.trim() === '' || categories === undefined ? {} : { categories }),
  }
}

const textOf = (categories: Access['categories']): string => categories?.join(', ') ?? ''

/** A rule of no category at all gives an app its own memories, which the form has a word for. */
const readOf = ({ read, categories }: Limits): Reach => (read === 'all' && categories?.length === 0 ? 'own' : read)

function chosen(choices: readonly ReachChoice[], value: string | null, field: string): Reach {
  const choice = choices.find((each) => each.value === value)
  if (choice === undefined) throw new Fault('invalid', 'This page cannot set that.', { field })
  return choice.value
}

const show = (visit: PersonsVisit, name: string, access: Limits, problem?: Fault): Response => {
  const ofCategories = problem?.field?.startsWith('categories') === true
  return uiPage(
    { title: `Limit ${name}`, place: '/apps', status: problem === undefined ? 200 : 422 },
    visit,
    visit,
    <div class="narrow">
      <h1>
        What <bdi>{name}</bdi> may do
      </h1>
      <form method="post" action={accessPath(idOf(visit))}>
        <FormToken value={visit.session.formToken} />
        {problem === undefined || ofCategories ? null : (
          <Notice tone="error">
            <p>{problem.message}</p>
          </Notice>
        )}
        <Select name="read" label="It may read" value={readOf(access)} choices={reading} />
        <TextInput
          name="categories"
          label="Only in these categories"
          value={textOf(access.categories)}
          hint="Of what other apps stored; its own it reads in any case. Apart by commas: work, travel. Empty: all."
          problem={ofCategories ? problem?.message : undefined}
        />
        <Select name="write" label="It may write" value={access.write} choices={writing} />
        <div class="actions">
          <button type="submit">Save</button>
          <a class="button secondary" href="/apps">
            Back
          </a>
        </div>
      </form>
    </div>,
  )
}
