import { isLoopback } from '../../../shared/loopback.ts'
import { type Check, fail, pass, runBesideServer, shown, warn } from '../check.ts'

export const google: Check = {
  name: 'Google',
  async run({ issuer, variables, ask }) {
    if (variables === undefined) {
      return warn('its variables are not known here', runBesideServer)
    }
    if (variables.google === undefined) {
      // Whoever is at this machine reads its codes.
      if (isLoopback(new URL(issuer).hostname)) return pass('not configured: on this machine people sign in with codes')
      return warn(
        'not configured: people sign in with printed codes only',
        'Set GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and ALLOWED_EMAILS.',
      )
    }
    const { clientId, issuer: provider } = variables.google
    if (provider === 'https://accounts.google.com' && !clientId.endsWith('.apps.googleusercontent.com')) {
      return fail(
        `GOOGLE_CLIENT_ID is ${clientId}`,
        'It ends in .apps.googleusercontent.com: copy it from Google Cloud, Credentials.',
      )
    }
    const url = `${provider}/.well-known/openid-configuration`
    const answer = await ask(url)
    if (answer.json?.issuer !== provider) {
      return fail(
        `${url}: ${shown(answer)}`,
        'The sign-in server must reach it: look at the firewall and at GOOGLE_ISSUER.',
      )
    }
    return pass(`${provider} answers; its client must list ${issuer}/auth/signin/callback/google`)
  },
}
