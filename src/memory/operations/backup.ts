/** Export and import as OpenMemory's zip. What makes and reads one is loaded by the first: its library takes 15 ms of a start. */
import { Type as t } from '@sinclair/typebox'
import type { ClientId } from '../../shared/brand.ts'
import { assertUnrestricted } from '../access.ts'
import { zipLimits } from '../backup/zip-limits.ts'
import { AppId } from './apps.ts'
import { inputIn, operation, read, User } from './define.ts'

const Seconds = t.Optional(t.Union([t.Integer({ minimum: 0, maximum: 99_999_999_999 }), t.Null()]))
const ExportInput = t.Object(
  {
    app_id: t.Optional(t.Union([AppId, t.Null()])),
    from_date: Seconds,
    to_date: Seconds,
    include_vectors: t.Optional(t.Boolean({ description: 'Accepted for older scripts: vectors are made anew.' })),
  },
  { additionalProperties: false },
)
const ExportBody = t.Object({ ...ExportInput.properties, ...User }, { additionalProperties: false })
/** A stream has no JSON shape: only its binding knows it. */
const Stream = t.Unsafe<ReadableStream<Uint8Array>>(t.Any())

export const exportBackup = operation({
  name: 'export_backup',
  title: 'Export',
  description: 'All memories as a zip that OpenMemory reads too: memories.json and memories.jsonl.gz.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: ExportInput,
  output: Stream,
  rest: [
    {
      method: 'post',
      path: '/backup/export',
      operationId: 'exportBackup',
      summary: 'All memories as a zip.',
      status: 200,
      body: ExportBody,
      response: Stream,
      download: { contentType: 'application/zip', fileName: 'memories_export.zip' },
      toInput: (wire) => inputIn(ExportBody, wire.body),
    },
  ],
  async run(services, caller, { app_id: app, from_date: from, to_date: to }) {
    assertUnrestricted(await services.store.rule(caller.ownerId, caller.appId))
    const { exportMemories } = await import('../backup/export.ts')
    return exportMemories(services, caller, {
      appIds: typeof app === 'string' ? [app as ClientId] : undefined,
      from: typeof from === 'number' ? from * 1_000 : undefined,
      to: typeof to === 'number' ? to * 1_000 : undefined,
    })
  },
})

const Mode = t.Union([t.Literal('skip'), t.Literal('overwrite')], {
  default: 'overwrite',
  description: 'What happens to memories that are here already, by id.',
})
const ImportQuery = t.Object({ mode: t.Optional(Mode), ...User }, { additionalProperties: false })
const ImportBody = t.Object({ ...User }, { additionalProperties: false })
const Report = t.Object({
  message: t.String(),
  added: t.Integer(),
  overwritten: t.Integer(),
  skipped: t.Integer(),
  failed: t.Integer(),
  errors: t.Array(t.Object({ line: t.Integer(), field: t.Optional(t.String()), message: t.String() })),
})

export const importBackup = operation({
  name: 'import_backup',
  title: 'Import',
  description: 'Takes in a zip that this server or OpenMemory exported, and tells what became of each record.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: t.Object({ mode: t.Optional(Mode), file: Stream }, { additionalProperties: false }),
  output: Report,
  rest: [
    {
      method: 'post',
      path: '/backup/import',
      operationId: 'importBackup',
      summary: 'Take in a zip that this server or OpenMemory exported.',
      status: 200,
      query: ImportQuery,
      body: ImportBody,
      upload: { field: 'file', contentType: 'application/zip', maxBytes: zipLimits.uploadBytes },
      response: Report,
      toInput(wire) {
        const { mode } = read(ImportQuery, wire.query)
        return { file: wire.upload ?? new ReadableStream(), ...(mode === undefined ? {} : { mode }) }
      },
    },
  ],
  oneAtATime: true,
  admit: async ({ store }, { ownerId, appId }) => assertUnrestricted(await store.rule(ownerId, appId)),
  async run(services, caller, { mode = 'overwrite', file }) {
    const { importMemories } = await import('../backup/import.ts')
    const report = await importMemories(services, caller, file, mode)
    const message = `Imported ${report.added + report.overwritten} memories into user ${caller.ownerId}`
    return { message, ...report, errors: [...report.errors] }
  },
})
