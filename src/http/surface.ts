/** What the parts of all that is served have in common, and the routers that are put together from them. */
import { type AnyElysia, Elysia } from 'elysia'
import type { Log } from '../shared/log.ts'
import { notFound } from './not-found.ts'
import { type Handle, unexpectedError } from './observe.ts'

/** A part of what is served; `close` ends what would keep it open, such as streams. */
export interface Surface {
  readonly routes: AnyElysia
  /** What serves exactly this method and path, where that needs no router: the same as the router would call. */
  direct?(method: string, path: string): Handle | undefined
  /** How many streams it holds open, under the name that metrics have for them. */
  readonly streams?: { readonly kind: string; count(): number }
  close?(): Promise<void>
}

/** What serves a request without a router, if any of the surfaces does. */
export function directly(surfaces: readonly Surface[], method: string, path: string): Handle | undefined {
  for (const { direct } of surfaces) {
    const handle = direct?.(method, path)
    if (handle !== undefined) return handle
  }
  return undefined
}

/** A router that is put together by the first request for it: a start does not wait for it. */
export function routedAtFirst(log: Log, surfaces: () => readonly Pick<Surface, 'routes'>[]): Handle {
  let made: AnyElysia | undefined
  return (request) => {
    made ??= router(log, surfaces())
    return made.fetch(request)
  }
}

/** Handlers of surfaces are total; the router's own errors are an unknown path and what nobody expected. */
export function router(log: Log, surfaces: readonly Pick<Surface, 'routes'>[]): AnyElysia {
  const app: AnyElysia = new Elysia()
  for (const { routes } of surfaces) app.use(routes)
  return app.onError(({ code, error, request }) =>
    code === 'NOT_FOUND' ? notFound(request) : unexpectedError(request, error, log),
  )
}
