/** What tests/services/up can start or install. */
type Service =
  | 'DATABASE_URL'
  | 'REDIS_URL'
  | 'NEO4J_URL'
  | 'EMBEDDER_URL'
  | 'EMBEDDER_MODEL_DIR'
  | 'MODELS_DIR'
  | 'CHROMIUM_PATH'
  | 'DOCKER_COMPOSE'
  | 'PYTHON_CLIENTS'
  | 'MCP_TOOLS_DIR'

/**
 * Real engines for tests. Embedded stores always run; a configured engine runs when its variable is set
 * (`eval "$(tests/services/up)"`), and REQUIRE_SERVICES=1 turns its absence into a failure.
 */
export function engineUrl(variable: Service): string | undefined {
  const url = process.env[variable]
  if (url === undefined && process.env.REQUIRE_SERVICES === '1')
    throw new Error(`${variable} is not set, and REQUIRE_SERVICES=1`)
  return url
}
