/** How an engine is now. */
export interface EngineState {
  readonly state: 'up' | 'down'
  /** What a person who runs it should know, also of one that is up; no addresses, no credentials. */
  readonly detail?: string
  /** What `detail` is about, for a program. disk_full: a small write may find no room any more. */
  readonly code?: 'disk_full'
}

/** Asks an engine how it is. Which one that is, and whether it is needed, is known without its answer. */
export interface HealthCheck {
  /** `sqlite`, `postgres`, `redis`, `neo4j`, `embedder`, `jwks`. */
  readonly engine: string
  /** Whether requests fail without it; a projection that is down only degrades. */
  readonly needed: boolean
  /** Ends within 2 s, before `/health` stops waiting for it, where the engine's own driver can say by then that nothing comes. */
  check(): Promise<EngineState>
}

/** What an engine says of itself. */
export type EngineHealth = Pick<HealthCheck, 'engine' | 'needed'> & EngineState
