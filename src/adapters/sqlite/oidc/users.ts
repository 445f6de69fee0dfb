import type { Identity, User, UserStore } from '../../../oidc/ports.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Database } from '../database.ts'
import { isConstraint } from '../errors.ts'
import { type BodyRow, toBody } from './body.ts'

interface UserRow extends BodyRow {
  /** JSON: an array of `[position, provider, subject]`, in no order. */
  readonly identities: string
}

/** One statement: each refresh of a token asks for the person, and a second statement, or a join's rows, cost more than the JSON. */
const columns = `user.body, (SELECT json_group_array(json_array(position, provider, subject))
  FROM identity WHERE user_id = user.id) AS identities`

const toUser = (row: UserRow | undefined): User | undefined =>
  row && { ...(JSON.parse(row.body) as Omit<User, 'identities'>), identities: identitiesOf(row) }

/** Sorted here: for a row or two SQLite's sorter costs six times the query. */
const identitiesOf = ({ identities }: UserRow): readonly Identity[] =>
  (JSON.parse(identities) as [number, string, string][])
    .sort(([a], [b]) => a - b)
    .map(([, provider, subject]) => ({ provider, subject }))

/** Identities live in a table of their own, where their uniqueness is the file's to keep; a user is put together from both. */
export function userStore(database: Database): UserStore {
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
      return toUser(database.get<UserRow>(`SELECT ${columns} FROM user WHERE id = ?`, id))
    },
    async findByIdentity({ provider, subject }) {
      return toUser(
        database.get<UserRow>(
          `SELECT ${columns} FROM identity AS asked JOIN user ON user.id = asked.user_id
            WHERE asked.provider = ? AND asked.subject = ?`,
          provider,
          subject,
        ),
      )
    },
    async hasProvider(provider) {
      return database.get('SELECT 1 FROM identity WHERE provider = ? LIMIT 1', provider) !== undefined
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
        .all<UserRow>(`SELECT ${columns} FROM user WHERE id > ? ORDER BY id LIMIT ?`, after ?? '', limit)
        .flatMap((row) => toUser(row) ?? [])
    },
    async delete(id) {
      return database.withReserve(() => database.run('DELETE FROM user WHERE id = ?', id) === 1)
    },
  }
}

const taken = (cause?: unknown) =>
  new Fault('conflict', 'This user or identity exists already.', cause === undefined ? {} : { cause })
