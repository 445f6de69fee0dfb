/** Every suite of the authorization server's stores, in the order of oidc/ports.ts, and what is counted of them. */
import { describeAuthorizationStore } from './authorization-store.ts'
import { describeClientStore } from './client-store.ts'
import { describeCodeStore } from './code-store.ts'
import { describeConsoleCodeStore } from './console-code-store.ts'
import { describeGrantStore } from './grant-store.ts'
import type { OpenStores } from './opened.ts'
import { describeRefreshTokenStore } from './refresh-token-store.ts'
import { describeReplayStore } from './replay-store.ts'
import { describeSessionStore } from './session-store.ts'
import { describeUserStore } from './user-store.ts'
import { describeWatchedFlows } from './watched-flows.ts'

export function describeOidcStores(engine: string, open: OpenStores): void {
  describeClientStore(engine, open)
  describeAuthorizationStore(engine, open)
  describeCodeStore(engine, open)
  describeRefreshTokenStore(engine, open)
  describeGrantStore(engine, open)
  describeSessionStore(engine, open)
  describeUserStore(engine, open)
  describeConsoleCodeStore(engine, open)
  describeReplayStore(engine, open)
  describeWatchedFlows(engine, open)
}
