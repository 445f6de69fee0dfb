/** A second process on the SQLite file of oidc-sqlite-processes.test.ts: does what its arguments say and prints one JSON line. */
import { openSqliteOidcStores } from '../../src/adapters/sqlite/oidc/stores.ts'
import type { Clock } from '../../src/shared/clock.ts'
import { authorization, clientId, familyId, hash, issuedCode, refreshToken, startSeconds } from './records.ts'

const [path = '', name = '', startAt = '0'] = process.argv.slice(2)
const clock: Clock = { now: () => startSeconds * 1000 }

// Both processes open the new file, and so migrate it, at the same moment.
await new Promise((resolve) => setTimeout(resolve, Math.max(0, Number(startAt) - Date.now())))
const stores = openSqliteOidcStores({ path, clock })

const codes = { taken: 0, spent: 0, unknown: 0 }
const rotations = { rotated: 0, graced: 0, reused: 0, unknown: 0 }
let claimed = 0

// Whichever process is first makes what both then fight for.
await stores.authorizations.create(authorization()).catch(() => undefined)
await stores.refreshTokens.create(hash('token'), refreshToken()).catch(() => undefined)

for (let index = 0; index < 100; index++) {
  const issued = issuedCode({ familyId: familyId(`code ${index}`) })
  await stores.codes.create(hash(`code ${index}`), issued).catch(() => undefined)
  codes[(await stores.codes.take(hash(`code ${index}`), startSeconds + 600)).outcome]++
  const next = { hash: hash(`${name} ${index}`), expiresAt: startSeconds + 86_400 }
  const by = { clientId: clientId(), now: startSeconds, graceSeconds: 30 }
  rotations[(await stores.refreshTokens.rotate(hash('token'), next, by)).outcome]++
  if (await stores.replays.claim(hash(`jti ${index}`), startSeconds + 60)) claimed++
  await stores.authorizations.update(authorization().id, (now) => ({ ...now, attempts: now.attempts + 1 }))
}
stores.close()
console.log(JSON.stringify({ codes, rotations, claimed }))
