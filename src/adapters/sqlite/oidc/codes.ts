import type { CodeStore, IssuedCode } from '../../../oidc/ports.ts'
import type { FamilyId } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'
import { expiringTables } from '../expiring-tables.ts'
import { toBody } from './body.ts'

interface CodeRow {
  readonly family_id: FamilyId
  /** Null once it was spent. */
  readonly body: string | null
}

export function codeStore(database: Database, clock: Clock): CodeStore {
  const { write } = expiringTables(database, clock, { code: 'hash' })
  return {
    async create(hash, code) {
      await write(() =>
        database.run(
          'INSERT INTO code (hash, family_id, grant_id, expires_at, body) VALUES (?, ?, ?, ?, ?)',
          hash,
          code.familyId,
          code.grantId,
          code.expiresAt,
          toBody(code),
        ),
      )
    },
    async take(hash, spentUntil) {
      return write((now) => {
        const row = database.get<CodeRow>(
          'SELECT family_id, body FROM code WHERE hash = ? AND expires_at > ?',
          hash,
          now,
        )
        if (row === undefined) return { outcome: 'unknown' }
        if (row.body === null) return { outcome: 'spent', familyId: row.family_id }
        database.run('UPDATE code SET body = NULL, expires_at = ? WHERE hash = ?', spentUntil, hash)
        return { outcome: 'taken', code: JSON.parse(row.body) as IssuedCode }
      })
    },
  }
}
