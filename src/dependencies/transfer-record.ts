/** What comes out of a backup file, checked: anybody may have written it. */
import type { Static, TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { type DumpTable, isDumpTable } from '../memory/dump/ports.ts'
import { dumpJson, dumpRows } from '../memory/dump/rows.ts'
import { openKey } from '../oidc/tokens/signing-key.ts'
import { explain, fieldOf } from '../shared/explain-error.ts'
import { Fault } from '../shared/fault.ts'
import { isJsonObject } from '../shared/json-object.ts'
import type { TransferRecord } from './transfer.ts'
import { transferSchemas } from './transfer-schemas.ts'

/**
 * The record that a value is: of a known kind, with what its place takes; a key is one that opens.
 * @throws Fault `invalid` that names the field: `value.identities`
 */
export function transferRecordOf(value: unknown): TransferRecord {
  if (!isJsonObject(value)) throw wrong('kind', 'is missing')
  const { kind } = value
  switch (kind) {
    case 'row':
      return rowOf(value.table, value.value)
    case 'user':
      return { kind, value: checked(transferSchemas.user, value.value) }
    case 'client':
      return { kind, value: checked(transferSchemas.client, value.value) }
    case 'grant':
      return { kind, value: checked(transferSchemas.grant, value.value) }
    case 'key': {
      const key = checked(transferSchemas.key, value.value)
      assertOpens(key)
      return { kind, value: key }
    }
    default:
      throw wrong('kind', 'is none that is known here')
  }
}

function checked<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  assertIs(schema, value, 'value')
  assertWritable(value)
  return value
}

function rowOf(table: unknown, row: unknown): TransferRecord {
  if (typeof table !== 'string' || !isDumpTable(table)) throw wrong('table', 'is none that is known here')
  assertIs(dumpRows[table], row, 'value')
  assertJson(table, row)
  return { kind: 'row', table, value: row }
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

function assertIs<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  field: string,
): asserts value is Static<Schema> {
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
