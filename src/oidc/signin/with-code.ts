/** Signs in with a code from the console. */
import { takeForm, usedForm } from '../authorize/pending.ts'
import type { Endpoint } from '../endpoint.ts'
import type { OidcSettings } from '../ports.ts'
import { tell } from '../tell.ts'
import { codeLifetimeMinutes, redeemConsoleCode } from './console-code.ts'
import { finishSignIn } from './finish.ts'
import { showSignIn } from './start.ts'

export const signInWithCode: Endpoint = {
  method: 'POST',
  path: '/auth/signin/:id/code',
  errors: 'page',
  cors: false,
  limit: { rule: 'sign_in', counts: 'requests' },
  async handle(dependencies, request, { id = '' }) {
    const { authorization, fields, genuine } = await takeForm(request, id, dependencies)
    if (!genuine) return showSignIn({ id, authorization, ...usedForm }, dependencies)
    const user = await redeemConsoleCode(dependencies, fields.get('code') ?? '')
    if (user === undefined) {
      tell(dependencies, request, 'sign_in_refused', { reason: 'wrong code' })
      return showSignIn({ id, authorization, problem: wrongCode(dependencies.settings), status: 400 }, dependencies)
    }
    return finishSignIn(request, { id, user, arrival: 'form' }, dependencies)
  },
}

const wrongCode = ({ command }: Pick<OidcSettings, 'command'>) =>
  `That code is not right, was used before, is older than ${codeLifetimeMinutes} minutes, or was made for another DATA_DIR. Check it, or get a new one with ${command} code.`
