import { parseArgs } from 'node:util'
import { type Config, loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/read.ts'
import { openKeys } from '../dependencies/operator.ts'
import { type Command, complain, print, UsageError } from './command.ts'
import { createAsk } from './doctor/ask.ts'
import type { Patient, Variables } from './doctor/check.ts'
import { pastIdleLimitsMs } from './doctor/checks/stream.ts'
import { checks } from './doctor/checks.ts'
import { examine, exitStatus, type Line } from './doctor/examine.ts'
import { mayAskBeside } from './doctor/inside.ts'

export const doctor: Command = {
  name: 'doctor',
  usage: '[URL] [--api URL] [--token TOKEN] [--slow] [--json]',
  summary:
    'Looks at a running deployment from outside and says what to do. URL is the issuer; without it, the one of the variables here. Exit status 0, 1 with warnings, 2 with failures.',
  async run(words) {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        api: { type: 'string' },
        token: { type: 'string' },
        slow: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    })
    if (positionals.length > 1) throw new UsageError('doctor takes one URL.')
    const here = configurationHere()
    const given = positionals[0] === undefined ? undefined : originOf(positionals[0])
    const issuer = given ?? here.config?.issuer
    if (issuer === undefined) throw new UsageError(`doctor needs the URL of the issuer.\n${here.problems.join('\n')}`)
    const named = [issuer, ...(values.api === undefined ? [] : [originOf(values.api)])]
    const mayAsk = mayAskBeside(named)
    const ask = createAsk(fetch, mayAsk)
    const ours = here.config !== undefined && here.config.issuer === issuer
    const api =
      (values.api === undefined ? undefined : originOf(values.api)) ??
      (ours ? here.config?.apiBaseUrl : apiOf(await ask(`${issuer}/.well-known/openid-configuration`), mayAsk)) ??
      issuer
    const patient: Patient = {
      issuer,
      api,
      ask,
      ...(values.token !== undefined
        ? { token: values.token }
        : ours && here.config !== undefined
          ? await mintToken(here.config, api)
          : { token: undefined }),
      holdMs: values.slow === true ? pastIdleLimitsMs : undefined,
      now: () => Date.now(),
      // The variables of another deployment than this address's say nothing of it.
      variables: given === undefined || ours ? variablesOf(here) : undefined,
    }
    const lines = await examine(patient, checks, values.json === true ? undefined : (line) => print(describe(line)))
    const status = exitStatus(lines)
    if (values.json === true) print(JSON.stringify({ issuer, api, status, lines }, null, 2))
    else complain(summary(lines))
    return status
  },
}

interface Here {
  readonly config: Config | undefined
  readonly problems: readonly string[]
}

function configurationHere(): Here {
  try {
    return { config: loadConfig(), problems: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { config: undefined, problems: error.problems.map(({ variable, problem }) => `${variable} ${problem}`) }
  }
}

const variablesOf = ({ config, problems }: Here): Variables => ({
  problems,
  ...(config === undefined
    ? {}
    : {
        issuer: config.issuer,
        trustsProxies: config.trustedProxies.length > 0,
        ...(config.google === undefined
          ? {}
          : { google: { clientId: config.google.clientId, issuer: config.google.issuer.origin } }),
      }),
})

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new UsageError(`"${text}" is not a URL.`)
  return url.origin
}

/** Where the issuer says the API is, if that may be asked. */
function apiOf(
  { json }: { readonly json: Readonly<Record<string, unknown>> | undefined },
  mayAsk: (url: string) => boolean,
): string | undefined {
  const known = Array.isArray(json?.protected_resources) ? json.protected_resources : []
  const mcp = known.find((resource): resource is string => typeof resource === 'string' && resource.endsWith('/mcp'))
  return mcp === undefined || !URL.canParse(mcp) || !mayAsk(mcp) ? undefined : mcp.slice(0, -'/mcp'.length)
}

const tokenTtlSeconds = 300

/**
 * A token of nobody, for five minutes, where the signing key can be read; undefined where it cannot, and no key is made. Each is of
 * another nobody: limits are for each person, and a run uses its own up, so that the next would be refused.
 */
async function mintToken(config: Config, api: string): Promise<Pick<Patient, 'token' | 'noKeysIn'>> {
  try {
    const { keyStore, keyRing, close } = await openKeys(config)
    try {
      if ((await keyStore.load()).length === 0) return { token: undefined, noKeysIn: config.keys.dir }
      const now = Math.floor(Date.now() / 1000)
      const token = await keyRing.sign(
        {
          iss: config.issuer,
          sub: `souvenir-doctor-${crypto.randomUUID()}`,
          client_id: 'souvenir-doctor',
          aud: [api],
          scope: 'memories:read',
          iat: now,
          exp: now + tokenTtlSeconds,
          jti: crypto.randomUUID(),
        },
        'at+jwt',
      )
      return { token }
    } finally {
      await close()
    }
  } catch {
    return { token: undefined }
  }
}

const describe = ({ outcome, check, saw, todo }: Line): string =>
  `${outcome.padEnd(4)}  ${check}: ${saw}${todo === undefined ? '' : `\n      -> ${todo}`}`

function summary(lines: readonly Line[]): string {
  const count = (outcome: string) => lines.filter((line) => line.outcome === outcome).length
  const told = `${count('pass')} passed, ${count('warn')} warnings, ${count('fail')} failures`
  return count('skip') === 0 ? told : `${told}, ${count('skip')} skipped: mend the first failure, then ask again`
}
