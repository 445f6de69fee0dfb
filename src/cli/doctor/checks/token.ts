import { type Check, fail, type Observation, type Patient, pass, shown, warn } from '../check.ts'

export const noToken = ({ noKeysIn }: Pick<Patient, 'noKeysIn'>): Observation =>
  warn(
    'not checked: there is no token',
    noKeysIn === undefined
      ? 'Give one with --token, or run this where the signing key can be read.'
      : `Give one with --token, or set DATA_DIR as for the server: there are no signing keys in ${noKeysIn}, and none were made.`,
  )

export const token: Check = {
  name: 'token validation',
  async run(patient) {
    const { api, token, ask } = patient
    if (token === undefined) return noToken(patient)
    const me = (given: string) => ask(`${api}/api/v1/me`, { headers: { authorization: `Bearer ${given}` } })
    const answer = await me(token)
    if (answer.status === 401) {
      return fail(
        'a token of the issuer is refused',
        'Look for "Invalid token" in the log of openmemory-mcp: JWKS_URL, OIDC_BASE_URL and API_BASE_URL must be the same on both servers, and both clocks right.',
      )
    }
    if (answer.status !== 200)
      return fail(`/api/v1/me: ${shown(answer)}`, 'See the log of openmemory-mcp under its X-Request-Id.')
    // One character of the signature changed, not the last: its lowest bits may mean nothing.
    const at = token.lastIndexOf('.') + 10
    const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
    const wrong = await me(forged)
    if (wrong.status !== 401)
      return fail(
        `a forged token gets ${shown(wrong)}`,
        'Do not use this deployment: something in front answers for it.',
      )
    return pass('a token of the issuer is accepted, a forged one refused')
  },
}
