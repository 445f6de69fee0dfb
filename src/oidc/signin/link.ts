/** The first sign-in of somebody who may have used a code before: with a code they keep their memories under both. */
import { findPending, renewFormToken, takeForm, usedForm } from '../authorize/pending.ts'
import { signInPath } from '../authorize/proceed.ts'
import { redirect } from '../authorize/respond.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Endpoint } from '../endpoint.ts'
import { linkPage } from '../pages/link.tsx'
import type { ShownAgain } from '../pages/show.tsx'
import type { User, VerifiedIdentity } from '../ports.ts'
import { linkVerified, signInVerified } from './account.ts'
import { codeLifetimeMinutes, redeemConsoleCode } from './console-code.ts'
import { finishSignIn } from './finish.ts'

const path = '/auth/signin/:id/link'
export const linkPath = (id: string) => `${signInPath(id)}/link`

export const linkStart: Endpoint = {
  method: 'GET',
  path,
  errors: 'page',
  cors: false,
  async handle(dependencies, request, { id = '' }) {
    const { newcomer } = await findPending(request, id, dependencies)
    return newcomer === undefined ? redirect(signInPath(id)) : showLink({ id, newcomer }, dependencies)
  },
}

export const linkDecision: Endpoint = {
  method: 'POST',
  path,
  errors: 'page',
  cors: false,
  limit: { rule: 'sign_in', counts: 'requests' },
  async handle(dependencies, request, { id = '' }) {
    const { authorization, fields, genuine } = await takeForm(request, id, dependencies)
    const { newcomer } = authorization
    if (newcomer === undefined) return redirect(signInPath(id))
    if (!genuine) return showLink({ id, newcomer, ...usedForm }, dependencies)
    const user =
      fields.get('decision') === 'new'
        ? await signInVerified(newcomer, dependencies)
        : await withCode(newcomer, fields.get('code') ?? '', dependencies)
    if (user === undefined) return showLink({ id, newcomer, problem: wrongCode, status: 400 }, dependencies)
    return finishSignIn(request, { id, user, arrival: 'form' }, dependencies)
  },
}

async function withCode(
  newcomer: VerifiedIdentity,
  typed: string,
  dependencies: OidcDependencies,
): Promise<User | undefined> {
  const known = await redeemConsoleCode(dependencies, typed)
  return known && linkVerified(known.id, newcomer, dependencies)
}

const showLink = async (
  at: ShownAgain & { readonly id: string; readonly newcomer: VerifiedIdentity },
  dependencies: OidcDependencies,
) =>
  linkPage({
    account: at.newcomer.email ?? at.newcomer.name ?? 'your account',
    action: linkPath(at.id),
    formToken: await renewFormToken(at.id, dependencies),
    command: dependencies.settings.command,
    problem: at.problem,
    status: at.status,
  })

const wrongCode = `That code is not right, was used before, is older than ${codeLifetimeMinutes} minutes, or was made for another DATA_DIR. Get a new one, or begin without.`
