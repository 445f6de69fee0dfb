import type { Identity, User, UserStore } from '../../../oidc/ports.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Database } from '../database.ts'
import { isConstraint } from '../errors.ts'
import { type BodyRow, toBody } from './body.ts'

interface UserRow extends BodyRow {
  readonly id: OwnerId
}

/** Identities live in a table of their own, where their uniqueness is the file's to keep; a user is put together from both. */
export function userStore(database: Database): UserStore {
  // Sorted here: for a row or two SQLite's sorter costs six times the query.
  const identitiesOf = (id: OwnerId): Identity[] =>
    database
      .all<Identity & { position: number }>('SELECT provider, subject, position FROM identity WHERE user_id = ?', id)
      .sort((a, b) => a.position - b.position)
      .map(({ provider, subject }) => ({ provider, subject }))

  const toUser = (row: UserRow | undefined): User | undefined =>
    row === undefined
      ? undefined
      : { ...(JSON.parse(row.body) as Omit<User, 'identities'>), identities: identitiesOf(row.id) }

  const owner = ({ provider, subject }: Identity): OwnerId | undefined =>
    database.get<{ user_id: OwnerId }>(
      'SELECT user_id FROM identity WHERE provider = ? AND subject = ?',
      provider,
      subject,
    )?.user_id

  const addIdentity = (id: OwnerId, { provider, subject }: Identity): number =>
    database.run('INSERT INTO identity (provider, subject, user_id) VALUES (?, ?, ?)', provider, subject, id)

  return {
    async find(id) {
      return toUser(database.get<UserRow>('SELECT id, body FROM user WHERE id = ?', id))
    },
    async findByIdentity({ provider, subject }) {
      return toUser(
        database.get<UserRow>(
          `SELECT user.id, user.body FROM identity JOIN user ON user.id = identity.user_id
            WHERE identity.provider = ? AND identity.subject = ?`,
          provider,
          subject,
        ),
      )
    },
    async create({ identities, ...profile }) {
      try {
        database.transaction(() => {
          database.run('INSERT INTO user (id, name, body) VALUES (?, ?, ?)', profile.id, profile.name, toBody(profile))
          for (const identity of identities) addIdentity(profile.id, identity)
        })
      } catch (error) {
        throw isConstraint(error) ? taken(error) : error
      }
    },
    async update({ identities: _, ...profile }) {
      database.run('UPDATE user SET name = ?, body = ? WHERE id = ?', profile.name, toBody(profile), profile.id)
    },
    async link(id, identity) {
      database.transaction(() => {
        const holder = owner(identity)
        if (holder === id) return
        if (holder !== undefined) throw taken()
        if (database.get('SELECT 1 FROM user WHERE id = ?', id) === undefined) {
          throw new Fault('not_found', 'There is no such user.')
        }
        addIdentity(id, identity)
      })
    },
    async list(limit, after) {
      return database
        .all<UserRow>('SELECT id, body FROM user WHERE id > ? ORDER BY id LIMIT ?', after ?? '', limit)
        .flatMap((row) => toUser(row) ?? [])
    },
    async delete(id) {
      return database.run('DELETE FROM user WHERE id = ?', id) === 1
    },
  }
}

const taken = (cause?: unknown) =>
  new Fault('conflict', 'This user or identity exists already.', cause === undefined ? {} : { cause })
