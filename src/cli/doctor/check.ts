/** What the doctor knows of a deployment, and what one check is: a file in checks/ and a line in checks.ts. */
import type { Answer, Ask } from './ask.ts'

/** `skip`: not looked at, since an earlier failure is its cause. */
export type Outcome = 'pass' | 'warn' | 'fail' | 'skip'

/** What a check saw: one line of the report. */
export interface Observation {
  readonly outcome: Outcome
  /** What was seen, in words. */
  readonly saw: string
  /** What to do about it; a pass has none, nor has what says so itself. */
  readonly todo?: string
}

/** A running deployment, seen from outside. */
export interface Patient {
  /** The issuer, as it was given: an origin without a slash at the end. */
  readonly issuer: string
  /** Where the API should be: as given, or as the issuer's metadata says it. */
  readonly api: string
  readonly ask: Ask
  /** An access token: given, or minted where the doctor can read the key. */
  readonly token: string | undefined
  /** The folder where the doctor looked for a key to mint one with, and there was none. */
  readonly noKeysIn?: string
  /** How long a stream is held; undefined where no check may take minutes. */
  readonly holdMs: number | undefined
  /** Unix milliseconds. */
  readonly now: () => number
  /** What the deployment's variables say, where the doctor runs beside it. */
  readonly variables: Variables | undefined
}

export interface Variables {
  /** What is wrong with them, in words; empty when they can be used. */
  readonly problems: readonly string[]
  readonly issuer?: string
  readonly google?: { readonly clientId: string; readonly issuer: string }
  readonly trustsProxies?: boolean
}

export interface Check {
  readonly name: string
  /** Nothing can be seen past its failure: the checks after it are skipped. */
  readonly decisive?: true
  run(patient: Patient): Promise<Observation | readonly Observation[]>
}

export const pass = (saw: string): Observation => ({ outcome: 'pass', saw })
export const warn = (saw: string, todo?: string): Observation => ({
  outcome: 'warn',
  saw,
  ...(todo === undefined ? {} : { todo }),
})
export const fail = (saw: string, todo: string): Observation => ({ outcome: 'fail', saw, todo })

/** What to do where the doctor cannot see what the server sees. */
export const runBesideServer =
  'Run this where the server runs, with its variables (DATA_DIR, PORT, OIDC_BASE_URL); in containers: docker exec oidc-auth-server /souvenir doctor'

/** What an answer was, for `saw`. */
export const shown = ({ status, problem, headers }: Answer): string =>
  problem ?? `${status} ${headers.get('content-type')?.split(';')[0] ?? 'without a content type'}`
