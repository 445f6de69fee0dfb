/**
 * Forms that change something. A post counts only if it carries the token that follows from this browser's cookie, and if the
 * browser does not say that another site sent it (Fetch Metadata, `Origin`): OWASP's defences against request forgery.
 */
import { Fault } from '../../shared/fault.ts'
import type { Holding } from '../../shared/held-bytes.ts'
import { readForm } from '../../shared/read-body.ts'
import { readMultipart } from '../../shared/read-multipart.ts'
import type { UiSettings } from '../dependencies.ts'
import type { Sent } from '../page.ts'
import type { Session } from './sessions.ts'

/** The longest memory, percent-encoded, and its fields. */
const longestFormBytes = 1024 * 1024
/** What a form takes around its file. */
const aroundFileBytes = 64 * 1024

/** Throws `Fault` `forbidden` for a form that is not ours, `invalid` and `too_large` for one that cannot be read, and what `held` does. */
export async function takeForm(
  request: Request,
  session: Session,
  settings: Pick<UiSettings, 'uiBaseUrl'>,
  held: Holding,
  largestFile?: number,
): Promise<Sent> {
  refuseOtherSites(request, settings)
  const sent = largestFile === undefined ? await readFields(request) : await readFile(request, held, largestFile)
  if (session.isGenuine(sent.fields.get('form_token') ?? '')) return sent
  throw new Fault('forbidden', 'This form was not made for this session. Go back, reload the page and try again.', {
    code: 'form_forged',
  })
}

function refuseOtherSites({ headers }: Request, { uiBaseUrl }: Pick<UiSettings, 'uiBaseUrl'>): void {
  const [site, origin] = [headers.get('sec-fetch-site'), headers.get('origin')]
  // `null` is what a browser says where the page asked for no referrer, as ours do.
  const own = origin === null || origin === 'null' || origin === uiBaseUrl
  if (own && (site === null || site === 'same-origin' || site === 'none')) return
  throw new Fault('forbidden', 'Another site sent this form. Nothing was changed.', { code: 'form_forged' })
}

const readFields = async (request: Request): Promise<Sent> => ({
  fields: await readForm(request, longestFormBytes),
  file: undefined,
})

async function readFile(request: Request, held: Holding, largestFile: number): Promise<Sent> {
  const tooLarge = () => new Fault('too_large', `The file is larger than ${Math.floor(largestFile / 1_048_576)} MB.`)
  const fields = new URLSearchParams()
  let file: File | undefined
  for (const [name, value] of await readMultipart(request, largestFile + aroundFileBytes, held, tooLarge)) {
    if (typeof value === 'string') fields.append(name, value)
    else if (value.size > 0) file = value
  }
  return { fields, file }
}
