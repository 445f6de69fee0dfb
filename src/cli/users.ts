import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { memoryRoles } from '../config/roles.ts'
import { assertSignInKept } from '../dependencies/kept-here.ts'
import { openPeople } from '../dependencies/people.ts'
import { removePersonAndMemories } from '../dependencies/removal.ts'
import { type Command, cell, complain, nothingBefore, print, UsageError } from './command.ts'

export const users: Command = {
  name: 'users',
  usage: 'add NAME | list | link NAME SUBJECT [--provider google | --provider ISSUER] | remove NAME [--memories]',
  summary:
    'Adds, lists or removes people, or lets one sign in with one more account (its subject at the provider). NAME may be an id from the list.',
  async run(words) {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { provider: { type: 'string' }, memories: { type: 'boolean' } },
    })
    const [action = '', name = '', subject = '', ...more] = positionals
    checkWords(action, [name, subject].filter(Boolean).length + more.length, values.provider)
    if (values.memories === true) return removeWithMemories(action, name)
    const config = loadConfig()
    if (action !== 'add') assertSignInKept(config)
    const people = await openPeople(config)
    if (people.begunIn !== undefined) complain(nothingBefore(people.begunIn))
    try {
      switch (action) {
        case 'add':
          await people.add(name)
          print(`${name} can sign in with a code from: ${config.command} code --user "${name}"`)
          break
        case 'link':
          await people.link(name, { provider: (values.provider ?? 'google').replace(/\/+$/, ''), subject })
          print(`${name} keeps their memories when signing in with that account.`)
          break
        case 'remove':
          await people.remove(name)
          print(`${name} is removed: signed out everywhere, and cannot sign in again with a code.`)
          break
        default:
          // Beside the list, which has nothing but people for a program that reads it.
          complain(['id', 'name', 'address', 'signs in with'].join('\t'))
          for await (const { id, name, email, identities } of people.list()) {
            const accounts = identities.map(({ provider, subject }) => `${provider} ${subject}`)
            print([id, name, email ?? '-', ...accounts].map(cell).join('\t'))
          }
      }
      return 0
    } finally {
      await people.close()
    }
  },
}

async function removeWithMemories(action: string, name: string): Promise<number> {
  if (action !== 'remove') throw new UsageError('--memories goes with remove.')
  const { ownerId, signIn, erased } = await removePersonAndMemories(loadConfig(memoryRoles), name)
  print(`${ownerId} is removed${signIn ? ', and signed out everywhere' : '; there was no sign-in of theirs here'}.`)
  const { memories, events, readings, rules } = erased
  print(`Gone: ${memories} memories, ${events} events, ${readings} readings, ${rules} rules, and their settings.`)
  return 0
}

const wordsAfter: Readonly<Record<string, number>> = { add: 1, list: 0, link: 2, remove: 1 }

/** What is missing where so many words were given. */
const wordsMissing: Readonly<Record<string, readonly string[]>> = {
  add: ['a NAME that is not empty'],
  link: [
    'a NAME and the SUBJECT of the account',
    'the SUBJECT after the NAME: the id of the account at the provider, as "users list" shows those that are linked',
  ],
  remove: ['the NAME, or the id, of whom to remove'],
}

function checkWords(action: string, count: number, provider: string | undefined): void {
  const missing = wordsMissing[action]?.[count]
  if (missing !== undefined) throw new UsageError(`users ${action} needs ${missing}.`)
  if (wordsAfter[action] !== count || (provider !== undefined && action !== 'link')) {
    throw new UsageError('users takes "add NAME", "list", "link NAME SUBJECT" or "remove NAME".')
  }
}
