import { connect } from 'node:tls'
import { isLoopback } from '../../../shared/loopback.ts'
import { inFewWords } from '../ask.ts'
import { type Check, fail, type Observation, pass, warn } from '../check.ts'

const patienceMs = 10_000
const renewDays = 14

export const tls: Check = {
  name: 'TLS',
  run: async ({ issuer, api, now }) => Promise.all([...new Set([issuer, api])].map((one) => certificateOf(one, now()))),
}

async function certificateOf(address: string, nowMs: number): Promise<Observation> {
  const { protocol, hostname, port } = new URL(address)
  if (protocol === 'http:') {
    return isLoopback(hostname)
      ? pass(`${address} is this machine: no TLS needed`)
      : fail(
          `${address} is http`,
          'Serve it by https: nobody else may see tokens. Set OIDC_BASE_URL to the https address.',
        )
  }
  try {
    const expires = await expiryOf(hostname, Number(port || 443))
    const days = Math.floor((expires - nowMs) / 86_400_000)
    return days < renewDays
      ? warn(`the certificate of ${hostname} ends in ${days} days`, 'Renew it; look why Traefik or Cloudflare has not.')
      : pass(`the certificate of ${hostname} is trusted, for ${days} more days`)
  } catch (error) {
    return fail(
      `the certificate of ${hostname} is not accepted (${inFewWords(error)})`,
      'Look at the proxy that ends TLS: the host name, the chain, and whether it is running.',
    )
  }
}

/** When the certificate ends, Unix milliseconds. Throws for one that is not trusted for this host. */
const expiryOf = (host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, timeout: patienceMs }, () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to))
      socket.end()
    })
    socket.on('timeout', () => socket.destroy(new Error('no answer in time')))
    socket.on('error', reject)
  })
