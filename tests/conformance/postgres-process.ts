/** One of the processes of memory-postgres.test.ts that start at once: opens the database, writes a memory, says what became of it. */
import { openPostgresMemoryStore } from '../../src/adapters/postgres/memory/store.ts'
import { Secret } from '../../src/shared/secret.ts'
import { app, draftOf, owner, policyAt } from '../support/memories.ts'

const [url = '', text = ''] = process.argv.slice(2)
const { store } = await openPostgresMemoryStore({ url: new Secret(url) })
const [outcome] = await store.add(
  owner('ada'),
  app('chat'),
  [{ ...draftOf(text), id: crypto.randomUUID() as never }],
  policyAt(),
)
await store.close()
console.log(outcome?.status)
