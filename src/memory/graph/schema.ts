/** What memories are about: entities, and how one relates to another. Each stands in a memory and holds as long as that does. */
import { type Static, Type } from '@sinclair/typebox'

/** How much of it one memory may have. */
export const graphLimits = {
  entities: 50,
  relations: 50,
  nameCharacters: 200,
  predicateCharacters: 100,
} as const

export const EntityKind = Type.Union(
  [
    Type.Literal('person'),
    Type.Literal('organization'),
    Type.Literal('place'),
    Type.Literal('event'),
    Type.Literal('thing'),
    Type.Literal('topic'),
    Type.Literal('date'),
    Type.Literal('link'),
    Type.Literal('email'),
    Type.Literal('other'),
  ],
  { description: 'What it is; other when unknown.' },
)
export type EntityKind = Static<typeof EntityKind>

const Name = Type.String({ minLength: 1, maxLength: graphLimits.nameCharacters })

export const GivenEntity = Type.Object(
  { name: Name, kind: Type.Optional(EntityKind) },
  { additionalProperties: false, description: 'A person, place, thing or topic, by the name people use for it.' },
)
export type GivenEntity = Static<typeof GivenEntity>

export const GivenRelation = Type.Object(
  {
    subject: Name,
    predicate: Type.String({
      minLength: 1,
      maxLength: graphLimits.predicateCharacters,
      description: 'A verb: works_at, married_to, lives_in.',
    }),
    object: Name,
  },
  { additionalProperties: false },
)
export type GivenRelation = Static<typeof GivenRelation>

/** What whoever wrote a memory says that it is about. Kept with the memory, and so undone, exported and imported with it. */
export const Annotations = Type.Object(
  {
    entities: Type.Array(GivenEntity, { maxItems: graphLimits.entities }),
    relations: Type.Array(GivenRelation, { maxItems: graphLimits.relations }),
  },
  { additionalProperties: false },
)
export type Annotations = Static<typeof Annotations>

export const noAnnotations: Annotations = { entities: [], relations: [] }

/** What a model derived from one memory's text. It says something of that memory and of no other. */
export const Extraction = Type.Object(
  {
    /** Each a sentence that can be understood by itself. */
    facts: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { maxItems: 50 }),
    entities: Annotations.properties.entities,
    relations: Annotations.properties.relations,
  },
  { additionalProperties: false },
)
export type Extraction = Static<typeof Extraction>

/** Who said so: the writer's own input, the rules in memory/extract, or a model. */
export type Origin = 'given' | 'rule' | 'model'

/** An entity as one memory names it. */
export interface Mention {
  /** Names the entity among those of its owner: see `entityKey`. */
  readonly key: string
  readonly name: string
  readonly kind: EntityKind
  readonly origin: Origin
}

/** A relation as one memory states it, between the keys of two entities. */
export interface Relation {
  readonly subject: string
  readonly predicate: string
  readonly object: string
  readonly origin: Origin
}

/** All that one memory is known to be about. Every end of a relation is among the mentions. */
export interface Knowledge {
  readonly mentions: readonly Mention[]
  readonly relations: readonly Relation[]
}
