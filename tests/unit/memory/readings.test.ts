import { expect, test } from 'bun:test'
import { openSqliteMemoryStore } from '../../../src/adapters/sqlite/memory/store.ts'
import { logReadings } from '../../../src/memory/readings.ts'
import { uiClientId } from '../../../src/shared/ui-client.ts'
import { app, callerOf, draftOf, owner, policyAt } from '../../support/memories.ts'

test('the access log tells which apps read, and not what a person looked at on our own pages', async () => {
  const { store } = openSqliteMemoryStore({ path: ':memory:' })
  const ada = owner('ada')
  const draft = draftOf('Read by both.')
  await store.add(ada, app('chat'), [draft], policyAt())
  for (const by of [uiClientId, 'chat'])
    logReadings({ store }, callerOf('ada', by), [{ memoryId: draft.id, kind: 'read' }])
  const { items } = await store.accessLog(ada, app('chat'), draft.id, { limit: 10, offset: 0 })
  expect(items.map(({ appId }) => appId)).toEqual([app('chat')])
  await store.close()
})
