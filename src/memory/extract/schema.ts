/** What a model is asked for, and all that it may answer: something of one text, bounded in every part. */
import { type Static, Type } from '@sinclair/typebox'
import { EntityKind, Extraction, graphLimits } from '../graph/schema.ts'

const closed = { additionalProperties: false } as const
const Name = Type.String({ minLength: 1, maxLength: graphLimits.nameCharacters })

/** All members are required and no other is allowed: what `strict` JSON schema output asks for. */
export const ModelAnswer = Type.Object(
  {
    facts: Extraction.properties.facts,
    categories: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 5 }),
    entities: Type.Array(Type.Object({ name: Name, kind: EntityKind }, closed), { maxItems: graphLimits.entities }),
    relations: Type.Array(
      Type.Object(
        {
          subject: Name,
          predicate: Type.String({ minLength: 1, maxLength: graphLimits.predicateCharacters }),
          object: Name,
        },
        closed,
      ),
      { maxItems: graphLimits.relations },
    ),
    occurred_on: Type.Union([Type.String({ maxLength: 10 }), Type.Null()], {
      description: 'The day on which it happened, as YYYY-MM-DD, if the text says so.',
    }),
  },
  closed,
)
export type ModelAnswer = Static<typeof ModelAnswer>
