/** From a request to a page's answer: who is there, is the form ours, and what a person sees when something is wrong. Total. */
import { Fault } from '../shared/fault.ts'
import { requestContext } from '../shared/request-context.ts'
import { createApi } from './api/api.ts'
import type { PersonsPage, SignedIn, UiPage, Visit } from './page.ts'
import { errorPage } from './pages/error.tsx'
import { redirect } from './respond.ts'
import { takeForm } from './session/form.ts'
import type { Site } from './site.ts'

type Params = Readonly<Record<string, string | undefined>>

export async function servePage(page: UiPage, request: Request, params: Params, site: Site): Promise<Response> {
  const answer = await answerOf(page, request, params, site)
  answer.headers.append('vary', 'cookie')
  return request.method === 'HEAD' ? new Response(null, { status: answer.status, headers: answer.headers }) : answer
}

async function answerOf(page: UiPage, request: Request, params: Params, site: Site): Promise<Response> {
  const { settings } = site.dependencies
  const visit: Visit = {
    request,
    url: new URL(request.url),
    params: decoded(params),
    settings,
    site,
    partial: request.headers.has('hx-request'),
  }
  let person: SignedIn | undefined
  try {
    person = await signedInBy(request, site)
    if (page.access === 'signed-in') return await personsAnswer(page, visit, person)
    if (!isReading(request)) throw notAllowed(request)
    return await page.show({ ...visit, person })
  } catch (error) {
    if (error instanceof Fault && error.kind === 'unauthenticated' && isReading(request)) return toSignIn(visit)
    return errorPage(error, visit, person)
  }
}

async function signedInBy(
  request: Request,
  { sessions, upstreams, dependencies }: Site,
): Promise<SignedIn | undefined> {
  const session = await sessions.open(request)
  if (session === undefined) return undefined
  const { settings } = dependencies
  return { session, api: createApi({ upstream: upstreams.api, settings, session, onBehalfOf: request }) }
}

async function personsAnswer(page: PersonsPage, visit: Visit, person: SignedIn | undefined): Promise<Response> {
  const { request } = visit
  if (isReading(request)) return person === undefined ? toSignIn(visit) : page.show({ ...visit, ...person })
  if (request.method !== 'POST' || page.submit === undefined) throw notAllowed(request)
  if (person === undefined) throw new Fault('unauthenticated', 'You have been signed out. Nothing was changed.')
  const { session } = person
  const held = visit.site.heldForms.begin(session.person.ownerId)
  try {
    const sent = await takeForm(request, session, visit.settings, held, page.largestFile)
    return await page.submit({ ...visit, ...person }, sent)
  } finally {
    held.release()
  }
}

const isReading = ({ method }: Request) => method === 'GET' || method === 'HEAD'

const notAllowed = ({ method }: Request) =>
  new Fault('invalid', `This page takes no ${method}.`, { code: 'method_not_allowed' })

/** To sign in and back here. A part of a page that is fetched by itself cannot go elsewhere: it takes the whole page along. */
function toSignIn({ request, url, partial }: Visit): Response {
  const here = request.headers.get('hx-current-url')
  const asked = here !== null && URL.canParse(here) ? new URL(here) : url
  const to = `/session/login?${new URLSearchParams({ to: asked.pathname + asked.search })}`
  if (partial) {
    return new Response(null, { status: 200, headers: { 'hx-redirect': to, 'cache-control': 'no-store' } })
  }
  requestContext(request).reason = 'signed out'
  return redirect(to)
}

/** The router gives no value for what is not percent-encoded UTF-8; no id of ours is empty. */
const decoded = (params: Params): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value ?? '']))
