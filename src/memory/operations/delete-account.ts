import { Type as t } from '@sinclair/typebox'
import { Fault } from '../../shared/fault.ts'
import { hashToken } from '../../shared/hash.ts'
import { assertUnrestricted } from '../access.ts'
import { checkUser, operation, read } from './define.ts'
import { User } from './graph.ts'

const action = 'delete_account'
const confirmationMs = 5 * 60_000

const Input = t.Object(
  {
    confirmation: t.Optional(t.String({ maxLength: 100, description: 'The token that the first call gave.' })),
  },
  { additionalProperties: false },
)
const Body = t.Object({ ...Input.properties, ...User }, { additionalProperties: false })
const Output = t.Object({
  deleted: t.Boolean(),
  confirmation: t.Optional(t.String({ description: 'Send it within five minutes to go through with it.' })),
  memories: t.Integer(),
  events: t.Integer(),
  readings: t.Integer(),
  rules: t.Integer(),
  sign_in: t.Union([t.Literal('removed'), t.Literal('kept')], {
    description: 'removed: signed out everywhere, accounts and permissions gone. kept: the sign-in server is another.',
  }),
  message: t.String(),
})

/** In two steps, as for all memories. No tool: a person does this, not a model. */
export const deleteAccount = operation({
  name: 'delete_account',
  title: 'Delete the account',
  description:
    'Removes everything of a person for good: memories, history, settings, rules and their sign-in. The first call deletes ' +
    'nothing; it says what there is and gives a confirmation for the second.',
  effect: 'destroy',
  idempotent: false,
  scope: 'memories:write',
  tool: false,
  input: Input,
  output: Output,
  rest: [
    {
      method: 'post',
      path: '/account/delete',
      operationId: 'deleteAccount',
      summary: 'Remove everything of a person, in two steps.',
      status: 200,
      body: Body,
      response: Output,
      toInput(wire, caller) {
        checkUser(wire, caller)
        const { user_id: _, ...input } = read(Body, wire.body)
        return input
      },
      toBody: (output) => output,
    },
  ],
  async run({ store, random, removePerson }, { ownerId, appId, nowMs }, { confirmation }) {
    assertUnrestricted(await store.rule(ownerId, appId))
    if (confirmation === undefined) {
      const counts = await store.counts(ownerId, appId)
      const token = random.token(18)
      await store.keepConfirmation(ownerId, appId, action, hashToken(token), nowMs + confirmationMs)
      const memories = counts.active + counts.paused + counts.archived
      return {
        deleted: false,
        confirmation: token,
        memories,
        events: 0,
        readings: 0,
        rules: 0,
        sign_in: 'kept' as const,
        message: `Nothing was deleted yet. This would remove ${memories} memories and the account for good.`,
      }
    }
    if (!(await store.takeConfirmation(ownerId, appId, action, hashToken(confirmation), nowMs))) {
      throw new Fault('invalid', 'This confirmation is not valid any more. Begin again without one.', {
        code: 'confirmation_invalid',
        field: 'confirmation',
      })
    }
    // Sign-in first: from then on no app of theirs writes anything that would be left.
    const removed = (await removePerson?.(ownerId)) ?? false
    const erased = await store.eraseOwner(ownerId, nowMs)
    const signIn = removed ? 'and the account are' : 'are'
    return {
      deleted: true,
      ...erased,
      sign_in: removed ? ('removed' as const) : ('kept' as const),
      message: `${erased.memories} memories with their history, the settings and the rules ${signIn} gone.`,
    }
  },
})
