/** The rows of a dump as schemas: what each column holds, and what stands in those that are JSON. */
import { type TSchema, type TUnsafe, Type } from '@sinclair/typebox'
import type { DumpRow, DumpTable } from './ports.ts'

const text = Type.String()
/** As every engine keeps whole numbers and JavaScript reads them. */
const whole = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
const orNull = (schema: TSchema) => Type.Optional(Type.Union([schema, Type.Null()]))
const names = Type.Array(text)
const said = {
  entities: Type.Array(Type.Object({ name: text, kind: Type.Optional(text) })),
  relations: Type.Array(Type.Object({ subject: text, predicate: text, object: text })),
}

const row = (columns: Readonly<Record<string, TSchema>>) =>
  Type.Unsafe<DumpRow>(Type.Object(columns, { additionalProperties: false }))

/** A row of each table, with no other columns. */
export const dumpRows: Readonly<Record<DumpTable, TUnsafe<DumpRow>>> = {
  memory: row({
    seq: whole,
    owner_id: text,
    id: text,
    app_id: text,
    content: text,
    content_hash: orNull(text),
    state: text,
    categories: text,
    metadata: text,
    annotations: Type.Optional(text),
    thread_id: text,
    position: whole,
    speaker_kind: text,
    speaker_name: orNull(text),
    occurred_at: orNull(whole),
    valid_from: whole,
    valid_to: orNull(whole),
    supersedes: orNull(text),
    source: text,
    created_at: whole,
    updated_at: whole,
    version: whole,
  }),
  memory_category: row({ owner_id: text, name: text, memory_id: text }),
  memory_event: row({
    seq: whole,
    owner_id: text,
    memory_id: text,
    kind: text,
    app_id: text,
    at: whole,
    before: orNull(text),
    other_id: orNull(text),
    undoes: orNull(whole),
  }),
  access_log: row({
    seq: whole,
    owner_id: text,
    memory_id: text,
    app_id: text,
    kind: text,
    query: orNull(text),
    score: orNull(Type.Number()),
    at: whole,
  }),
  access_rule: row({
    owner_id: text,
    app_id: text,
    paused: Type.Boolean(),
    read: text,
    write: text,
    categories: orNull(text),
  }),
  preference: row({ owner_id: text, value: text }),
  extraction: row({ memory: whole, body: text }),
}

/** Columns whose text is JSON, and of what shape. */
export const dumpJson: Readonly<Partial<Record<DumpTable, Readonly<Record<string, TSchema>>>>> = {
  memory: {
    categories: names,
    metadata: Type.Object({}),
    annotations: Type.Union([Type.Object(said), Type.Object({}, { additionalProperties: false })]),
  },
  memory_event: { before: Type.Object({}) },
  access_rule: { categories: names },
  preference: { value: Type.Object({}) },
  extraction: { body: Type.Object(said) },
}
