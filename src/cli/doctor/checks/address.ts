import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isLoopback } from '../../../shared/loopback.ts'
import { late, within } from '../../../shared/within.ts'
import { inFewWords } from '../ask.ts'
import { type Check, fail, pass } from '../check.ts'

/** The addresses of a name, each as text; rejects where it has none. */
type Resolve = (hostname: string) => Promise<readonly { readonly address: string }[]>

const asThisMachine: Resolve = (hostname) => lookup(hostname, { all: true })
/** A resolver that nobody answers asks on for longer than a person waits. */
const defaultPatienceMs = 10_000

/** Whether the issuer and the API have addresses, as `resolve` says within so many milliseconds. */
export const address = (resolve = asThisMachine, patienceMs = defaultPatienceMs): Check => ({
  name: 'DNS',
  decisive: true,
  async run({ issuer, api }) {
    return Promise.all(
      [...new Set([issuer, api])].map(async (one) => {
        const { hostname } = new URL(one)
        if (isLoopback(hostname) || isIP(hostname.replace(/[[\]]/g, '')) !== 0) return pass(`${hostname} needs no DNS`)
        try {
          const found = await within(patienceMs, resolve(hostname))
          if (found === late)
            return fail(
              `${hostname}: no answer in time`,
              'Look at the resolver of this machine: its name servers do not answer.',
            )
          return pass(`${hostname} is ${found.map((entry) => entry.address).join(', ')}`)
        } catch (error) {
          return fail(
            `${hostname} has no address (${inFewWords(error)})`,
            `Create the DNS record of ${hostname}: with a Cloudflare tunnel, a CNAME to the tunnel.`,
          )
        }
      }),
    )
  },
})
