/** What comes out of a backup file, checked: anybody may have written it. */
import { type TSchema, Type } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { type DumpTable, isDumpTable } from '../memory/dump/ports.ts'
import { dumpJson, dumpRows } from '../memory/dump/rows.ts'
import { clientAuthMethods, clientKinds, grantTypes } from '../oidc/ports/clients.ts'
import { keyStates } from '../oidc/ports/keys.ts'
import { openKey } from '../oidc/tokens/signing-key.ts'
import { explain, fieldOf } from '../shared/explain-error.ts'
import { Fault } from '../shared/fault.ts'
import { isJsonObject } from '../shared/json-object.ts'
import type { TransferRecord } from './transfer.ts'

const text = Type.String()
const texts = Type.Array(text)
const number = Type.Number()
const flag = Type.Boolean()
const oneOf = (...values: readonly string[]) => Type.Union(values.map((value) => Type.Literal(value)))
const orNone = (schemas: Record<string, TSchema>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, Type.Optional(schema)]))

/** As the ports have them; what later versions add to them is kept. */
const values: Readonly<Record<string, TSchema>> = {
  user: Type.Object({
    ...{ id: text, name: text, createdAt: number, updatedAt: number },
    identities: Type.Array(Type.Object({ provider: text, subject: text })),
    ...orNone({ email: text, emailVerified: flag, hostedDomain: text, picture: text }),
  }),
  client: Type.Object({
    ...{ id: text, name: text, redirectUris: texts, postLogoutRedirectUris: texts, scope: text, createdAt: number },
    authMethods: Type.Array(oneOf(...clientAuthMethods)),
    grantTypes: Type.Array(oneOf(...grantTypes)),
    pkceRequired: flag,
    kind: oneOf(...clientKinds),
    ...orNone({ secretHash: text, clientUri: text, logoUri: text, jwksUri: text, registrationTokenHash: text }),
    ...orNone({ jwks: Type.Object({ keys: Type.Array(Type.Object({})) }), serves: texts, expiresAt: number }),
  }),
  grant: Type.Object({
    ...{ id: text, ownerId: text, clientId: text, scopes: texts, resources: texts },
    ...{ createdAt: number, updatedAt: number, redirectUris: Type.Optional(texts) },
  }),
  key: Type.Object({ kid: text, privateKeyPem: text, state: oneOf(...keyStates), since: number }),
}

/**
 * The record that a value is: of a known kind, with what its place takes; a key is one that opens.
 * @throws Fault `invalid` that names the field: `value.identities`
 */
export function transferRecordOf(value: unknown): TransferRecord {
  if (!isJsonObject(value)) throw wrong('kind', 'is missing')
  const { kind, table } = value
  if (kind === 'row') {
    if (typeof table !== 'string' || !isDumpTable(table)) throw wrong('table', 'is none that is known here')
    assertIs(dumpRows[table], value.value, 'value')
    assertJson(table, value.value)
  } else {
    if (typeof kind !== 'string' || !Object.hasOwn(values, kind)) throw wrong('kind', 'is none that is known here')
    assertIs(values[kind], value.value, 'value')
    assertWritable(value.value)
  }
  // Its shape was told by the schema of its kind.
  const record = value as unknown as TransferRecord
  if (record.kind === 'key') assertOpens(record.value)
  return record
}

/** What a request brings nests no deeper than 64 levels (`deepestJson` of shared/read-body). */
const deepest = 100

/** Engines keep it as JSON, whose writer goes down into it level by level, and from some thousand on takes seconds to give up. */
function assertWritable(value: unknown): void {
  if (nestsDeeper(value, deepest)) throw wrong('value', `nests deeper than ${deepest} levels`)
}

const nestsDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((child) => nestsDeeper(child, levels - 1)))

function assertJson(table: DumpTable, row: unknown): void {
  for (const [column, schema] of Object.entries(dumpJson[table] ?? {})) {
    const json = isJsonObject(row) ? row[column] : undefined
    if (typeof json === 'string') assertIs(schema, parsed(json, `value.${column}`), `value.${column}`)
  }
}

function parsed(json: string, field: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw wrong(field, 'is not JSON', cause)
  }
}

function assertOpens({ kid, privateKeyPem }: { readonly kid: string; readonly privateKeyPem: string }): void {
  let opened: string
  try {
    opened = openKey(privateKeyPem).publicJwk.kid
  } catch (cause) {
    throw wrong('value.privateKeyPem', 'is no signing key', cause)
  }
  if (opened !== kid) throw wrong('value.kid', 'is not the thumbprint of its key (RFC 7638)')
}

const checks = new WeakMap<TSchema, TypeCheck<TSchema>>()

function assertIs(schema: TSchema | undefined, value: unknown, field: string): void {
  if (schema === undefined) throw wrong(field, 'is not known here')
  let check = checks.get(schema)
  if (check === undefined) {
    check = TypeCompiler.Compile(schema)
    checks.set(schema, check)
  }
  if (check.Check(value)) return
  const error = check.Errors(value).First()
  if (error === undefined) throw wrong(field, 'is not accepted')
  throw wrong([field, fieldOf(error)].filter((part) => part !== '').join('.'), explain(error))
}

const wrong = (field: string, what: string, cause?: unknown): Fault =>
  new Fault('invalid', `\`${field}\` ${what}.`, { code: 'backup_broken', field, cause })
