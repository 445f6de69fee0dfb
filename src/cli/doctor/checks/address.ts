import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isLoopback } from '../../../shared/loopback.ts'
import { inFewWords } from '../ask.ts'
import { type Check, fail, pass } from '../check.ts'

export const address: Check = {
  name: 'DNS',
  decisive: true,
  async run({ issuer, api }) {
    return Promise.all(
      [...new Set([issuer, api])].map(async (one) => {
        const { hostname } = new URL(one)
        if (isLoopback(hostname) || isIP(hostname.replace(/[[\]]/g, '')) !== 0) return pass(`${hostname} needs no DNS`)
        try {
          const found = await lookup(hostname, { all: true })
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
}
