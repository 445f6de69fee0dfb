import type { Check } from './check.ts'
import { accessBypass } from './checks/access-bypass.ts'
import { address } from './checks/address.ts'
import { challenge } from './checks/challenge.ts'
import { clock } from './checks/clock.ts'
import { connection } from './checks/connection.ts'
import { cors } from './checks/cors.ts'
import { discovery } from './checks/discovery.ts'
import { edge } from './checks/edge.ts'
import { google } from './checks/google.ts'
import { health } from './checks/health.ts'
import { jwks } from './checks/jwks.ts'
import { mcp } from './checks/mcp.ts'
import { metadata } from './checks/metadata.ts'
import { openapi } from './checks/openapi.ts'
import { rateLimit } from './checks/rate-limit.ts'
import { stream } from './checks/stream.ts'
import { tls } from './checks/tls.ts'
import { token } from './checks/token.ts'
import { variables } from './checks/variables.ts'

/** In the order in which one thing needs another: the first failure is the one to mend first. */
export const checks: readonly Check[] = [
  variables,
  address(),
  connection,
  tls,
  accessBypass,
  health,
  clock,
  discovery,
  jwks,
  metadata,
  google,
  challenge,
  token,
  openapi,
  mcp,
  stream,
  cors,
  edge,
  rateLimit, // last: it uses up an allowance
]
