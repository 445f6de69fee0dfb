/** @jsxImportSource preact */
/** A person's settings, and taking everything out or in. */
import { Facts, FormToken } from '../../html/components.tsx'
import { Fault } from '../../shared/fault.ts'
import { changeInstructions, longestInstructions, readInstructions } from '../api/settings.ts'
import { withDone } from '../components/done.tsx'
import { Select, TextArea } from '../components/fields.tsx'
import { uiPage } from '../components/shell.tsx'
import type { PersonsPage, PersonsVisit } from '../page.ts'
import { redirect } from '../respond.ts'

export const page: PersonsPage = {
  access: 'signed-in',
  show: async (visit) => show(visit, await readInstructions(visit.api)),
  async submit(visit, { fields }) {
    const text = (fields.get('instructions') ?? '').replaceAll('\r\n', '\n').trim()
    try {
      await changeInstructions(visit.api, text)
      return redirect(withDone('/settings', 'saved'))
    } catch (error) {
      if (error instanceof Fault && error.kind === 'invalid') return show(visit, text, error.message)
      throw error
    }
  },
}

const show = (visit: PersonsVisit, instructions: string, problem?: string): Response => {
  const { session, settings } = visit
  return uiPage(
    { title: 'Settings', place: '/settings', status: problem === undefined ? 200 : 422 },
    visit,
    visit,
    <div class="narrow">
      <h1>Settings</h1>
      <section>
        <h2>What apps should keep in mind</h2>
        <form method="post" action="/settings">
          <FormToken value={session.formToken} />
          <TextArea
            name="instructions"
            label="Instructions"
            value={instructions}
            rows={4}
            maxLength={longestInstructions}
            hint="For example: Never store anything about my health. Apps are told to read this before they remember anything; whether they keep to it is up to them."
            problem={problem}
          />
          <div class="actions">
            <button type="submit">Save</button>
          </div>
        </form>
      </section>
      <section>
        <h2>Take everything with you</h2>
        <p>All your memories as one zip that this server and OpenMemory read.</p>
        <form method="post" action="/settings/export">
          <FormToken value={session.formToken} />
          <button type="submit" class="secondary">
            Export all memories
          </button>
        </form>
      </section>
      <section>
        <h2>Bring memories in</h2>
        <p>A zip that was exported here or by OpenMemory.</p>
        <form method="post" action="/settings/import" enctype="multipart/form-data">
          <FormToken value={session.formToken} />
          <div class="field">
            <label for="file">File</label>
            <input type="file" id="file" name="file" accept=".zip,application/zip" required />
          </div>
          <Select
            name="mode"
            label="Memories that are here already"
            value="skip"
            choices={[
              { value: 'skip', label: 'Keep as they are here' },
              { value: 'overwrite', label: 'Replace with the file’s' },
            ]}
          />
          <div class="actions">
            <button type="submit" class="secondary">
              Import
            </button>
          </div>
        </form>
      </section>
      <section>
        <h2>This server</h2>
        <Facts
          facts={[
            ...(settings.signIn ? [{ term: 'Signed in as', value: <bdi>{session.person.account}</bdi> }] : []),
            { term: 'MCP', value: `${settings.apiBaseUrl}/mcp` },
            { term: 'Sign-in server', value: settings.issuer },
            { term: 'Version', value: settings.version },
          ]}
        />
      </section>
    </div>,
  )
}
