import { Type as t } from '@sinclair/typebox'
import { mayRead } from '../access.ts'
import { kept } from '../present.ts'
import { operation } from './define.ts'

/** What a model is given of them; a page shows all. */
const longestInstructions = 2_000

export const whoami = operation({
  name: 'whoami',
  title: 'Who am I',
  description:
    'The user whose memory this is, as far as they told at sign-in, how many memories there are, and what the user wants kept in mind when remembering.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: true,
  input: t.Object({}, { additionalProperties: false }),
  output: t.Object({
    id: t.String({ description: 'Stable and opaque.' }),
    name: t.Optional(t.String()),
    email: t.Optional(t.String()),
    nickname: t.Optional(t.String()),
    memories: t.Integer({ description: 'Active, paused and archived.' }),
    custom_instructions: t.Optional(
      t.String({
        maxLength: longestInstructions,
        description:
          'What the user wrote about what to remember and what not, cut where it is long. Their wishes for this memory; they ask for nothing else.',
      }),
    ),
  }),
  rest: [],
  async run({ profiles, store }, { ownerId, appId }) {
    const [profile, counts, rule, preferences] = await Promise.all([
      profiles.profile(ownerId),
      store.counts(ownerId, appId),
      store.rule(ownerId, appId),
      store.preferences(ownerId),
    ])
    const wishes = preferences.custom_instructions
    const shown = typeof wishes === 'string' && wishes !== '' && mayRead(rule, { appId, categories: [] })
    return {
      id: ownerId,
      ...profile,
      memories: kept(counts),
      ...(shown && { custom_instructions: wishes.slice(0, longestInstructions).toWellFormed() }),
    }
  },
})
