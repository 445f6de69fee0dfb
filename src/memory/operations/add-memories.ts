import { Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { cut } from '../content.ts'
import { supersede } from '../correct.ts'
import { Annotations } from '../graph/schema.ts'
import { nearDuplicates } from '../near-duplicates.ts'
import type { Caller } from '../operation.ts'
import { namesFor, ShownMemory, showWhole, toWire, WireMemory } from '../present.ts'
import { maskedNote, type NewMemory, type Remembered, remember } from '../remember.ts'
import { Categories, limits, Metadata, Speaker } from '../schema.ts'
import type { MemoryServices } from '../services.ts'
import { parseOptionalTime, timeInput } from '../time.ts'
import { Id, operation, read, User } from './define.ts'

const Text = t.String({
  minLength: 1,
  maxLength: limits.textCharacters,
  description: 'What to remember, in the words it was said.',
})
const Thread = t.String({
  minLength: 1,
  maxLength: limits.threadCharacters,
  description: 'The conversation it belongs to, if you know one.',
})

const OneMemory = t.Object(
  {
    text: Text,
    speaker: t.Optional(Speaker),
    categories: t.Optional(Categories),
    metadata: t.Optional(Metadata),
    thread: t.Optional(Thread),
    occurred_at: t.Optional(timeInput('When it happened, if that is not now.')),
    entities: t.Optional({ ...Annotations.properties.entities, description: 'Whom and what it is about.' }),
    relations: t.Optional({ ...Annotations.properties.relations, description: 'How those relate, as the text says.' }),
  },
  { additionalProperties: false },
)

const Input = t.Object(
  {
    ...OneMemory.properties,
    text: t.Optional(Text),
    memories: t.Optional(
      t.Array(OneMemory, { minItems: 1, maxItems: limits.batch, description: 'Several at once, instead of text.' }),
    ),
    supersedes: t.Optional({
      ...Id,
      description: 'The id of a memory that held until now and that this text corrects.',
    }),
    infer: t.Optional(t.Boolean({ description: 'Accepted for older clients: texts are kept word for word.' })),
  },
  { additionalProperties: false },
)

const Body = t.Object(
  {
    ...Input.properties,
    ...User,
    app: t.Optional(
      t.String({
        maxLength: limits.nameCharacters,
        description: "Accepted for older scripts: the app is the token's.",
      }),
    ),
  },
  { additionalProperties: false },
)

const Status = t.Union([t.Literal('added'), t.Literal('duplicate'), t.Literal('recalled')], {
  description:
    'added; duplicate: it was known already; recalled: it came from here a moment ago and was not stored again.',
})

const Note = t.String({ description: 'What else happened to it, such as a secret that was masked.' })

const Similar = t.Array(t.Object({ id: t.String(), text: t.String(), likeness: t.Number() }), {
  description: 'Memories that nearly say the same: merge or supersede one if it is the same fact.',
})
/** Above this many texts in one call their near duplicates are not looked for. */
const mostCompared = 10
const similarCharacters = 200

export const addMemories = operation({
  name: 'add_memories',
  title: 'Remember',
  description:
    'Remember lasting facts the user tells or asks to keep: people, preferences, plans, dates. One self-contained fact a text, ' +
    'with names and dates. If it corrects a memory that search_memory found, give its id as supersedes. Do not store what you ' +
    'recalled from here, secrets or small talk.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: true,
  input: Input,
  output: t.Object({
    results: t.Array(
      t.Object({
        status: Status,
        memory: t.Optional(ShownMemory),
        note: t.Optional(Note),
        similar: t.Optional(Similar),
      }),
    ),
  }),
  rest: [
    {
      method: 'post',
      path: '/memories/',
      operationId: 'createMemory',
      summary: 'Remember a text, or several in one transaction.',
      status: 200,
      body: Body,
      response: t.Union([
        t.Object({ ...WireMemory.properties, status: Status, note: t.Optional(Note), similar: t.Optional(Similar) }),
        t.Object({
          results: t.Array(
            t.Object({
              status: Status,
              memory: t.Optional(WireMemory),
              note: t.Optional(Note),
              similar: t.Optional(Similar),
            }),
          ),
        }),
      ]),
      actions: true,
      toInput(wire) {
        const { user_id: _user, app: _app, ...input } = read(Body, wire.body)
        return input
      },
      toBody({ results }) {
        const [only, ...more] = results
        if (more.length === 0 && only?.memory !== undefined) {
          const { memory, ...rest } = only
          return { ...toWire(memory), ...rest }
        }
        return {
          results: results.map(({ memory, ...rest }) =>
            memory === undefined ? rest : { ...rest, memory: toWire(memory) },
          ),
        }
      },
    },
  ],
  async run(services, caller, input) {
    const items = itemsOf(input)
    const outcomes =
      input.supersedes === undefined
        ? await remember(services, caller, items, 'tool')
        : await correct(services, caller, input.supersedes, items)
    const memories = outcomes.flatMap(({ memory }) => memory ?? [])
    const shown = showWhole(memories, await namesFor(services.appNames, memories)).values()
    const similar = outcomes.length > mostCompared ? [] : await similarTo(services, caller, outcomes)
    return {
      results: outcomes.map(({ status, memory, masked }, at) => ({
        status,
        ...(memory === undefined ? {} : shownNext(shown)),
        ...(masked.length === 0 ? {} : { note: maskedNote(masked) }),
        ...(similar[at]?.length ? { similar: similar[at] } : {}),
      })),
    }
  },
})

const shownNext = (shown: Iterator<ShownMemory>): { memory?: ShownMemory } => {
  const { done, value } = shown.next()
  return done === true ? {} : { memory: value }
}

const similarTo = (services: MemoryServices, caller: Caller, outcomes: readonly Remembered[]) =>
  Promise.all(
    outcomes.map(async ({ status, memory }) => {
      if (status !== 'added' || memory === undefined) return []
      return (await nearDuplicates(services, caller, memory)).map(({ memory: near, likeness }) => ({
        id: near.id,
        text: cut(near.content, similarCharacters),
        likeness: Math.round(likeness * 100) / 100,
      }))
    }),
  )

async function correct(
  services: MemoryServices,
  caller: Caller,
  id: string,
  [item, ...more]: readonly NewMemory[],
): Promise<Remembered[]> {
  if (item === undefined || more.length > 0) {
    throw new Fault('invalid', 'supersedes goes with one text.', { field: 'supersedes' })
  }
  const { memory, masked } = await supersede(services, caller, id as MemoryId, item, 'tool')
  return [{ status: 'added', memory, masked }]
}

function itemsOf({ memories, text, ...shared }: typeof Input.static): NewMemory[] {
  const items = memories ?? (text === undefined ? [] : [{ ...shared, text }])
  if (items.length === 0 || (memories !== undefined && text !== undefined)) {
    throw new Fault('invalid', 'Send text, or memories, but not both.', { code: 'text_missing', field: 'text' })
  }
  return items.map((item) => ({
    text: item.text,
    speaker: item.speaker,
    categories: item.categories,
    metadata: item.metadata,
    thread: item.thread,
    entities: item.entities,
    relations: item.relations,
    occurredAt: parseOptionalTime(item.occurred_at, 'occurred_at'),
  }))
}
