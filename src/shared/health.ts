/** What an engine says of itself. */
export interface EngineHealth {
  /** `sqlite`, `postgres`, `redis`, `neo4j`, `embedder`, `jwks`. */
  readonly engine: string
  readonly state: 'up' | 'down'
  /** Whether requests fail without it; a projection that is down only degrades. */
  readonly needed: boolean
  /** What a person who runs it should know, also of one that is up; no addresses, no credentials. */
  readonly detail?: string
  /** What `detail` is about, for a program. disk_full: a small write may find no room any more. */
  readonly code?: 'disk_full'
}

export type HealthCheck = () => Promise<EngineHealth>
