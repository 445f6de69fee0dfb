/** Reads an authorization request as it was sent (OpenID Connect Core section 3.1.2.1): raw, so that nothing is lost on the way. */
import { Fault } from '../../shared/fault.ts'
import { assertPercentEncodedUtf8, readForm } from '../../shared/read-body.ts'

/** Real requests stay under 4 KB; some clients carry 4 KB more in `state`. */
const maxRequestCharacters = 12_000

/** The query of a GET. Faults: `too_large`; `invalid` where it is not UTF-8. */
export function readQuery(request: Request): URLSearchParams {
  const at = request.url.indexOf('?')
  const query = at === -1 ? '' : (request.url.slice(at + 1).split('#')[0] ?? '')
  if (query.length > maxRequestCharacters) throw tooLong()
  assertPercentEncodedUtf8(query)
  return new URLSearchParams(query)
}

/** The form of a POST, with every value of each name. */
export async function readPosted(request: Request): Promise<URLSearchParams> {
  const form = await readForm(request, maxRequestCharacters)
  if (form.toString().length > maxRequestCharacters) throw tooLong()
  return form
}

const tooLong = () =>
  new Fault('too_large', `An authorization request has at most ${maxRequestCharacters} characters.`, {
    code: 'request_too_long',
  })
