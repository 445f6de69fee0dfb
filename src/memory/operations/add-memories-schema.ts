/** What is remembered, as it is sent, and what is told of it. */
import { Type as t } from '@sinclair/typebox'
import { withOneOf } from '../../shared/check-schema.ts'
import { Annotations } from '../graph/schema.ts'
import { ShownMemory, WireMemory } from '../present.ts'
import { Categories, limits, Metadata, Speaker } from '../schema.ts'
import { timeInput } from '../time.ts'
import { Id, User } from './define.ts'

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

/** One text, or several. */
export const Input = withOneOf(
  ['text', 'memories'],
  t.Object(
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
  ),
)

export const Body = withOneOf(
  ['text', 'memories'],
  t.Object(
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
  ),
)

const Status = t.Union([t.Literal('added'), t.Literal('duplicate'), t.Literal('recalled')], {
  description:
    'added; duplicate: it was known already; recalled: it came from here a moment ago and was not stored again.',
})

const Note = t.String({ description: 'What else happened to it, such as a secret that was masked.' })

const Similar = t.Array(t.Object({ id: t.String(), text: t.String(), likeness: t.Number() }), {
  description: 'Memories that nearly say the same: merge or supersede one if it is the same fact.',
})

const beside = { status: Status, note: t.Optional(Note), similar: t.Optional(Similar) }

export const Output = t.Object({ results: t.Array(t.Object({ ...beside, memory: t.Optional(ShownMemory) })) })

/** OpenMemory's: for one text the memory itself, with what else is said of it beside. */
export const Answer = t.Union([
  t.Object({ ...WireMemory.properties, ...beside }),
  t.Object({ results: t.Array(t.Object({ ...beside, memory: t.Optional(WireMemory) })) }),
])
