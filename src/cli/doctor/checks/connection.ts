import { type Check, fail, type Observation, type Patient, pass } from '../check.ts'

/** Whether anything answers at all: without it every later line would tell the same failure in other words. */
export const connection: Check = {
  name: 'connection',
  decisive: true,
  run: ({ issuer, api, ask }) =>
    Promise.all([
      reach(issuer, '/.well-known/openid-configuration', ask),
      ...(api === issuer ? [] : [reach(api, '/health', ask)]),
    ]),
}

async function reach(address: string, path: string, ask: Patient['ask']): Promise<Observation> {
  const { problem } = await ask(address + path)
  if (problem === undefined) return pass(`${address} answers`)
  return /CERT|SSL|TLS|SELF_SIGNED|ALTNAME/i.test(problem)
    ? fail(
        `TLS with ${address} fails (${problem})`,
        'Look at the proxy that ends TLS: its certificate must be of this host name, in date, and with its whole chain.',
      )
    : fail(
        `nothing answers at ${address} (${problem})`,
        'See that the server runs (in containers: docker compose ps) and listens at this address and port; a proxy or a tunnel must lead it there.',
      )
}
