/** @jsxImportSource preact */
/** Takes in a file that was exported, and tells what became of every record in it. */
import { Facts } from '../../html/components.tsx'
import type { ImportReport } from '../../memory/backup/import.ts'
import { Fault } from '../../shared/fault.ts'
import { importBackup } from '../api/settings.ts'
import { uiPage } from '../components/shell.tsx'
import type { PersonsPage } from '../page.ts'
import { redirect } from '../respond.ts'

export const page: PersonsPage = {
  access: 'signed-in',
  // The runtime reads a form as a whole. From here the file goes to the API as the body, as a larger one can from elsewhere.
  largestFile: 64 * 1024 * 1024,
  show: async () => redirect('/settings'),
  async submit(visit, { fields, file }) {
    if (file === undefined) throw new Fault('invalid', 'Choose the zip that was exported.', { field: 'file' })
    const report = await importBackup(visit.api, file, fields.get('mode') === 'overwrite' ? 'overwrite' : 'skip')
    return uiPage(
      { title: 'Imported', place: '/settings' },
      visit,
      visit,
      <div class="narrow">
        <h1>{report.failed === 0 ? 'The file was taken in' : 'The file was taken in, but not all of it'}</h1>
        <Report report={report} />
        <div class="actions">
          <a class="button" href="/memories">
            To your memories
          </a>
        </div>
      </div>,
    )
  },
}

const Report = ({ report }: { report: ImportReport }) => (
  <>
    <Facts
      facts={[
        { term: 'Added', value: report.added },
        { term: 'Replaced', value: report.overwritten },
        { term: 'Left as they were', value: report.skipped, why: 'Here already, or deleted here or there.' },
        { term: 'Could not be read', value: report.failed },
      ]}
    />
    {report.errors.length === 0 ? null : (
      <>
        <h2>What could not be read</h2>
        <ul class="timeline">
          {report.errors.map(({ line, field, message }) => (
            <li key={line}>{`Record ${line}${field === undefined ? '' : `, ${field}`}: ${message}`}</li>
          ))}
        </ul>
      </>
    )}
  </>
)
