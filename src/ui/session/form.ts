/**
 * Forms that change something. A post counts only if it carries the token that follows from this browser's cookie, and if the
 * browser does not say that another site sent it (Fetch Metadata, `Origin`): OWASP's defences against request forgery.
 */
import { Fault } from '../../shared/fault.ts'
import { readForm } from '../../shared/read-body.ts'
import type { UiSettings } from '../dependencies.ts'
import type { Sent } from '../page.ts'
import type { Session } from './sessions.ts'

/** The longest memory, percent-encoded, and its fields. */
const longestFormBytes = 1024 * 1024
/** What a form takes around its file. */
const aroundFileBytes = 64 * 1024

/** Throws `Fault` `forbidden` for a form that is not ours, `invalid` and `too_large` for one that cannot be read. */
export async function takeForm(
  request: Request,
  session: Session,
  settings: Pick<UiSettings, 'uiBaseUrl'>,
  largestFile?: number,
): Promise<Sent> {
  refuseOtherSites(request, settings)
  const sent = largestFile === undefined ? await readFields(request) : await readFile(request, largestFile)
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

/** RFC 7578. The runtime parses such a form as a whole, so it is cut off at the limit before that. */
async function readFile(request: Request, largestFile: number): Promise<Sent> {
  const limit = largestFile + aroundFileBytes
  const tooLarge = () => new Fault('too_large', `The file is larger than ${Math.floor(largestFile / 1_048_576)} MB.`)
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  if (request.body === null) throw new Fault('invalid', 'The form is empty.', { field: 'file' })
  let size = 0
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength
      if (size > limit) controller.error(tooLarge())
      else controller.enqueue(chunk)
    },
  })
  const headers = { 'content-type': request.headers.get('content-type') ?? '' }
  let form: FormData
  try {
    form = await new Response(request.body.pipeThrough(bounded), { headers }).formData()
  } catch (cause) {
    if (size > limit) throw tooLarge()
    throw new Fault('invalid', 'The form cannot be read.', { cause })
  }
  const fields = new URLSearchParams()
  let file: File | undefined
  for (const [name, value] of form) {
    if (typeof value === 'string') fields.append(name, value)
    else if (value.size > 0) file = value
  }
  return { fields, file }
}
