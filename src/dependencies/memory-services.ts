/** What the operations run on, in a process that serves them or works for them. */
import type { Config } from '../config/config.ts'
import { rebuildIndexes } from '../memory/jobs/rebuild-indexes.ts'
import type { AppNames, Profiles } from '../memory/ports.ts'
import type { MemoryServices } from '../memory/services.ts'
import { uiClient } from '../oidc/clients/ui-client.ts'
import type { People } from '../oidc/people.ts'
import type { OidcStores } from '../oidc/ports.ts'
import type { ClientId } from '../shared/brand.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { Random } from '../shared/random.ts'
import { uiClientId } from '../shared/ui-client.ts'
import { runJob } from '../worker/run-job.ts'
import { embeddingQueue, openEmbedder, runEmbedding } from './embedding.ts'
import { openExtraction } from './extraction.ts'
import { openGraph } from './graph.ts'
import { openMemoryEngine } from './memory-engine.ts'
import type { Opening } from './opening.ts'
import { runOutboxWork } from './outbox-work.ts'
import { removeSignIn } from './removal.ts'
import { reportedEmbedder, timedEmbedder, timedIndex } from './watched.ts'

interface Given {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
  readonly stores: Pick<OidcStores, 'clients' | 'users'>
  readonly people: Pick<People, 'remove'>
}

/**
 * Opens the memory's engine and, with the role worker, starts its jobs. The index of words is made anew by whoever opens the memory:
 * it is part of every search, and a deployment need not have a worker. @throws Fault as the engine
 */
export async function openMemoryServices(config: Config, opening: Opening, given: Given): Promise<MemoryServices> {
  const { clock, random, log, metrics, stores, people } = given
  const engine = await openMemoryEngine(config, log)
  opening.onClose(() => engine.close())
  opening.healthChecks.push(...engine.healthChecks)
  opening.engines.push({ purpose: 'memories', engine: engine.name })
  const { embedder, ...meaning } = openEmbedder(config, { clock, log })
  opening.engines.push({ purpose: 'meaning', engine: meaning.engine })
  opening.healthChecks.push(...meaning.healthChecks)
  opening.onClose(meaning.close)
  if (embedder !== undefined) {
    const job = config.roles.has('worker') ? runEmbedding(embedder, engine.vectors, { clock, log, metrics }) : undefined
    if (job !== undefined) opening.onClose(() => job.stop())
    opening.queues.push(embeddingQueue(embedder, engine.vectors, clock))
  }
  const { knowledge } = engine
  opening.queues.push(async () => {
    const states = await knowledge.outbox.state(clock.now())
    return Object.fromEntries(
      states.map(({ kind, lagMs, waiting, dead }) => [kind, { lagSeconds: lagMs / 1000, waiting, dead }]),
    )
  })
  const indexing = runJob({ name: 'index', log, work: rebuildIndexes(engine.rebuild) })
  opening.onClose(() => indexing.stop())
  const graph = await openGraph(config, knowledge, opening, clock)
  if (config.roles.has('worker')) {
    const work = [...graph.work, ...(await openExtraction(config, knowledge, opening, clock))]
    const running = await runOutboxWork(work, knowledge.outbox, { clock, log })
    opening.onClose(() => running.stop())
  }
  return {
    store: engine.store,
    index: timedIndex(engine.index, metrics),
    graph: graph.graph,
    graphSource: knowledge.graphSource,
    embedder: embedder && reportedEmbedder(timedEmbedder(embedder, metrics), log, clock),
    clock,
    random,
    appNames: clientNames(stores, config),
    profiles: userProfiles(stores),
    removePerson: async (ownerId) => (await removeSignIn(people, ownerId)) !== undefined,
    settings: { uiBaseUrl: config.uiBaseUrl, maskSecrets: config.maskSecrets },
  }
}

/** Apps are OAuth clients: their names are what the clients registered. */
const clientNames = ({ clients }: Pick<OidcStores, 'clients'>, config: Pick<Config, 'uiBaseUrl'>): AppNames => ({
  async names(appIds) {
    const find = (id: ClientId) => (id === uiClientId ? uiClient(config) : clients.find(id))
    const found = await Promise.all(appIds.map(find))
    return new Map(found.flatMap((client) => (client === undefined ? [] : [[client.id, client.name] as const])))
  },
})

const userProfiles = ({ users }: Pick<OidcStores, 'users'>): Profiles => ({
  async profile(ownerId) {
    const user = await users.find(ownerId)
    return user && { name: user.name, ...(user.email === undefined ? {} : { email: user.email }) }
  },
})
