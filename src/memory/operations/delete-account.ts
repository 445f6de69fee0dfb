import { Type as t } from '@sinclair/typebox'
import { accountScope } from '../../shared/memory-scopes.ts'
import { assertUnrestricted } from '../access.ts'
import { askToConfirm, assertConfirmed } from '../confirmation.ts'
import { kept } from '../present.ts'
import { inputIn, operation, User } from './define.ts'

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
  sign_in: t.Optional(
    t.Union([t.Literal('removed'), t.Literal('kept')], {
      description:
        'Once it is done. removed: signed out everywhere, accounts and permissions gone. kept: the sign-in server is another.',
    }),
  ),
  message: t.String(),
})

/** In two steps, as for all memories. No tool: a person does this, not a model. */
export const deleteAccount = operation({
  name: 'delete_account',
  title: 'Delete the account',
  description:
    'Removes everything of a person for good: memories, history, settings, rules and their sign-in. The first call deletes ' +
    'nothing; it says what there is and gives a confirmation for the second. Where that is interrupted, whoever runs the server can ' +
    `remove the rest. For a client that registered for the scope ${accountScope} and asked for it by name.`,
  effect: 'destroy',
  idempotent: false,
  scope: accountScope,
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
      toInput: (wire) => inputIn(Body, wire.body),
    },
  ],
  async run(services, caller, { confirmation }) {
    const { store, clock, removePerson } = services
    const { ownerId, appId } = caller
    assertUnrestricted(await store.rule(ownerId, appId))
    if (confirmation === undefined) {
      const memories = kept(await store.counts(ownerId, appId))
      return {
        deleted: false,
        confirmation: await askToConfirm(services, caller, 'delete_account'),
        memories,
        events: 0,
        readings: 0,
        rules: 0,
        message: `Nothing was deleted yet. This would remove ${memories} memories and the account for good.`,
      }
    }
    await assertConfirmed(services, caller, 'delete_account', confirmation)
    // Sign-in first: from then on no app of theirs writes anything that would be left.
    const removed = (await removePerson?.(ownerId)) ?? false
    // As of now: what was asked for until then, and still waits, is refused.
    const erased = await store.eraseOwner(ownerId, clock.now())
    const signIn = removed ? 'and the account are' : 'are'
    return {
      deleted: true,
      ...erased,
      sign_in: removed ? ('removed' as const) : ('kept' as const),
      message: `${erased.memories} memories with their history, the settings and the rules ${signIn} gone.`,
    }
  },
})
