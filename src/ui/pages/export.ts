/** The person's memories as a file: what the API exports, passed through as it comes. */
import { fileBody } from '../../http/file-body.ts'
import { requestContext } from '../../shared/request-context.ts'
import { exportBackup } from '../api/settings.ts'
import type { PersonsPage } from '../page.ts'
import { redirect } from '../respond.ts'

export const page: PersonsPage = {
  access: 'signed-in',
  show: async () => redirect('/settings'),
  async submit({ api, request, site }) {
    const { body } = await exportBackup(api)
    const { requestId } = requestContext(request)
    const tell = (err: unknown) => site.dependencies.log.warn({ requestId, err }, 'a file was not sent to its end')
    const day = new Date(site.dependencies.clock.now()).toISOString().slice(0, 10)
    return new Response(body && fileBody(body, tell), {
      headers: {
        'content-type': 'application/zip',
        'content-disposition': `attachment; filename="souvenir-${day}.zip"`,
        'cache-control': 'no-store',
      },
    })
  },
}
