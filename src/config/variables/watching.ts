/** What is shown to who watches over it. */
import { integer, secret } from '../types.ts'
import type { Section } from '../variable.ts'

export const watchingVariables = {
  METRICS_PORT: {
    type: integer(1, 65_535),
    meaning: 'Serves /metrics for Prometheus on a port of its own, without a token: publish it nowhere.',
    example: '9464',
    otherwise: 'no such port',
  },
  METRICS_TOKEN: {
    type: secret,
    meaning: 'Serves /metrics on the usual port to whoever sends this as a bearer token.',
    example: '/run/secrets/metrics_token',
    otherwise: 'not served there',
    file: true,
  },
} as const satisfies Section
