import { Type as t } from '@sinclair/typebox'
import { operation } from './define.ts'

export const whoami = operation({
  name: 'whoami',
  title: 'Who am I',
  description: 'The user whose memory this is, as far as they told at sign-in, and how many memories there are.',
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
    memories: t.Integer(),
  }),
  rest: [],
  async run({ profiles, store }, { ownerId, appId }) {
    const [profile, counts] = await Promise.all([profiles.profile(ownerId), store.counts(ownerId, appId)])
    return { id: ownerId, ...profile, memories: counts.active + counts.paused }
  },
})
