/** Every test runs without a network beyond this machine and without the deployment's variables. */
import { afterAll, setDefaultTimeout } from 'bun:test'
import { removeTemporaryFolders } from './support/temporary-folder.ts'

// A busy machine is no failure: what hangs is still ended, with the hooks that start and stop processes. In Bun 1.4 this holds for the
// first file of a process alone (oven-sh/bun#43787); for all of them `bun run test` says it on the command line.
setDefaultTimeout(30_000)

for (const name of ['OIDC_BASE_URL', 'API_BASE_URL', 'UI_BASE_URL', 'DATA_DIR', 'PORT', 'OIDC_PORT', 'JWKS_URL']) {
  delete process.env[name]
}

if (process.env.MEMORY_STORE === 'postgres') {
  const { dropSchemas } = await import('./support/memory-stores.ts')
  afterAll(dropSchemas)
}

afterAll(removeTemporaryFolders)
