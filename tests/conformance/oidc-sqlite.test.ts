import { afterEach } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteOidcStores } from '../../src/adapters/sqlite/oidc/stores.ts'
import { testClock } from '../support/time.ts'
import { describeOidcStores } from './oidc-stores.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

describeOidcStores('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-auth-'))
  const clock = testClock()
  const open = () => openSqliteOidcStores({ path: join(folder, 'auth.db'), clock })
  let opened = [open()]
  const close = () => {
    for (const stores of opened) stores.close()
    opened = []
  }
  const openAnother = () => {
    const stores = open()
    opened.push(stores)
    return stores
  }
  cleanups.push(() => {
    close()
    rmSync(folder, { recursive: true })
  })
  return {
    stores: opened[0] ?? openAnother(),
    clock,
    another: openAnother,
    async restart() {
      close()
      return openAnother()
    },
  }
})
