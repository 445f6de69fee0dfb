import type { Config } from '../config/config.ts'
import type { RateLimitRule } from '../http/ports.ts'

const requestsPerPage = 6

/** Every rate limit there is, under the name that its surface asks for. */
export const limitRules = ({ limits }: Pick<Config, 'limits'>): readonly RateLimitRule[] => [
  { name: 'principal', points: limits.requestsPerMinute, perSeconds: 60, burst: limits.burst },
  // Our own pages ask for several things to show one: what is reckoned is a person's pages, not their parts.
  {
    name: 'pages',
    points: limits.requestsPerMinute * requestsPerPage,
    perSeconds: 60,
    burst: limits.burst * requestsPerPage,
  },
  { name: 'sign_in', points: limits.signInPerMinute, perSeconds: 60 },
  { name: 'registration', points: limits.registrationsPerHour, perSeconds: 3_600 },
  { name: 'authorize', points: limits.authorizationsPerMinute, perSeconds: 60 },
  { name: 'token', points: limits.tokensPerMinute, perSeconds: 60 },
  { name: 'refresh', points: limits.refreshesPerMinute, perSeconds: 60 },
  { name: 'token_failures', points: limits.tokenFailuresPerMinute, perSeconds: 60 },
]
