/** A person's own settings, in OpenMemory's shape. Engines and models belong to the deployment, not to a person. */
import { type Static, Type as t } from '@sinclair/typebox'
import { Fault } from '../../shared/fault.ts'
import { assertReader, assertUnrestricted } from '../access.ts'
import type { Caller } from '../operation.ts'
import type { Metadata } from '../schema.ts'
import { maskSecrets } from '../secrets.ts'
import type { MemoryServices } from '../services.ts'
import { operation, type RestFace, read, UserQuery } from './define.ts'

const mostInstructions = 10_000
const Instructions = t.Union([t.String({ maxLength: mostInstructions }), t.Null()], {
  description: 'What apps should keep in mind when they remember for this person.',
})
const Settings = t.Object({
  openmemory: t.Object({ custom_instructions: Instructions }),
  mem0: t.Object({ llm: t.Null(), embedder: t.Null(), vector_store: t.Null() }),
})
type Settings = Static<typeof Settings>

/** `mem0` may be sent back as it was read; anything in it is refused, since it would change nothing. */
const Change = t.Object(
  {
    openmemory: t.Optional(
      t.Union([t.Object({ custom_instructions: t.Optional(Instructions) }, { additionalProperties: false }), t.Null()]),
    ),
    mem0: t.Optional(
      t.Union([
        t.Object(
          { llm: t.Optional(t.Unknown()), embedder: t.Optional(t.Unknown()), vector_store: t.Optional(t.Unknown()) },
          { additionalProperties: false },
        ),
        t.Null(),
      ]),
    ),
  },
  { additionalProperties: false },
)
type Change = Static<typeof Change>

const shown = (kept: Metadata): Settings => ({
  openmemory: {
    custom_instructions: typeof kept.custom_instructions === 'string' ? kept.custom_instructions : null,
  },
  mem0: { llm: null, embedder: null, vector_store: null },
})

async function changeTo(
  { store, settings }: MemoryServices,
  { ownerId, appId, nowMs }: Caller,
  { openmemory, mem0 }: Change,
) {
  assertUnrestricted(await store.rule(ownerId, appId))
  const set = Object.entries(mem0 ?? {}).find(([, value]) => value !== null && value !== undefined)
  if (set !== undefined) {
    throw new Fault('invalid', 'Models are configured by whoever runs this server. Leave it out or send null.', {
      code: 'not_yours_to_set',
      field: `mem0.${set[0]}`,
    })
  }
  if (openmemory?.custom_instructions === undefined) return shown(await store.preferences(ownerId))
  const instructions = withoutSecrets(settings, openmemory.custom_instructions)
  const change = (kept: Metadata) => ({ ...kept, custom_instructions: instructions })
  return shown(await store.changePreferences(ownerId, change, nowMs))
}

/** A mask may be longer than what it masks. @throws Fault `invalid` */
function withoutSecrets({ maskSecrets: wanted }: MemoryServices['settings'], text: string | null): string | null {
  if (text === null || wanted === false) return text
  const masked = maskSecrets(text).text
  if (masked.length <= mostInstructions) return masked
  throw new Fault(
    'invalid',
    `With its secrets masked the text has ${masked.length} characters; at most ${mostInstructions} are kept.`,
    { code: 'too_long', field: 'openmemory.custom_instructions' },
  )
}

const changing = (method: 'put' | 'patch', operationId: string): RestFace<Change, Settings> => ({
  method,
  path: '/config/',
  operationId,
  summary: 'Change your settings; what is left out stays.',
  status: 200,
  query: UserQuery,
  body: Change,
  response: Settings,
  toInput: (wire) => read(Change, wire.body),
})

const Nothing = t.Object({}, { additionalProperties: false })

export const readSettings = operation({
  name: 'read_settings',
  title: 'Settings',
  description: 'The person’s own settings.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Nothing,
  output: Settings,
  rest: [
    {
      method: 'get',
      path: '/config/',
      operationId: 'getConfig',
      summary: 'Your settings.',
      status: 200,
      query: UserQuery,
      response: Settings,
      toInput: () => ({}),
    },
  ],
  async run({ store }, { ownerId, appId }) {
    assertReader(await store.rule(ownerId, appId))
    return shown(await store.preferences(ownerId))
  },
})

export const changeSettings = operation({
  name: 'change_settings',
  title: 'Change settings',
  description: 'Changes the person’s own settings.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: Change,
  output: Settings,
  rest: [changing('put', 'putConfig'), changing('patch', 'patchConfig')],
  run: changeTo,
})

export const resetSettings = operation({
  name: 'reset_settings',
  title: 'Reset settings',
  description: 'Gives the person’s settings their defaults again.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: Nothing,
  output: Settings,
  rest: [
    {
      method: 'post',
      path: '/config/reset',
      operationId: 'resetConfig',
      summary: 'Give your settings their defaults again.',
      status: 200,
      query: UserQuery,
      response: Settings,
      toInput: () => ({}),
    },
  ],
  async run({ store }, { ownerId, appId, nowMs }) {
    assertUnrestricted(await store.rule(ownerId, appId))
    return shown(await store.changePreferences(ownerId, () => ({}), nowMs))
  },
})
