/**
 * What a process counts and times, as the surfaces tell it. No label ever holds a person, a client, a token or a text: only what
 * the code itself names (routes, rules, tools, stages). Where nothing is configured to read them, nothing is kept.
 */
export interface Metrics {
  /** An answer's head is known. `route` is a pattern. */
  answered(route: string, method: string, status: number, milliseconds: number): void
  tokenValidated(outcome: 'valid' | 'invalid' | 'unavailable', cached: boolean, milliseconds: number): void
  /** A lookup in the cached key set of the issuer: a miss fetched it. */
  keyLookedUp(result: 'hit' | 'miss'): void
  /** A person or client entered or left a step of an OAuth flow. */
  flowStep(step: FlowStep, event: FlowEvent): void
  limited(rule: string): void
  toolCalled(tool: string, outcome: 'ok' | 'error', milliseconds: number): void
  searched(stage: string, milliseconds: number): void
  /**
   * unavailable: the model did not answer, and what it was to embed waits. refused: texts that it does not take, of memories or of
   * passages, left without a vector.
   */
  embeddingFailed(reason: EmbeddingFailure, count: number): void
}

export type EmbeddingFailure = 'unavailable' | 'refused'

/** authorize: a request that passed its checks. sign_in, consent: what a person does. token: a code that waits to be redeemed. */
export type FlowStep = 'authorize' | 'sign_in' | 'consent' | 'token'
/** refused: told no, after which a person may try again. abandoned: its time ran out. */
export type FlowEvent = 'entered' | 'completed' | 'refused' | 'abandoned'

export const noMetrics: Metrics = {
  answered() {},
  tokenValidated() {},
  keyLookedUp() {},
  flowStep() {},
  limited() {},
  toolCalled() {},
  searched() {},
  embeddingFailed() {},
}

/** What is read at the moment when somebody asks. */
export interface Gauges {
  /** Streams of each kind that are open in this process. */
  openStreams(): Readonly<Record<string, number>>
  /** Each engine and whether it is up. */
  engines(): Promise<readonly { readonly engine: string; readonly up: boolean }[]>
  /** How each queue of work stands. */
  queues(): Promise<Readonly<Record<string, QueueState>>>
}

export interface QueueState {
  /** How long the oldest undone work has waited. */
  readonly lagSeconds: number
  readonly waiting: number
  /** Given up after too many failures; undefined where nothing is given up. */
  readonly dead: number | undefined
}

/** Counted and timed so far, as text for a scraper. */
export interface MetricsPage {
  readonly contentType: string
  readonly body: string
}
