import { parseArgs } from 'node:util'
import { type Config, loadConfig } from '../config/config.ts'
import { memoryRoles } from '../config/roles.ts'
import { assertSignInKept, mayKeepMemories } from '../dependencies/kept-here.ts'
import { idOfName, openPeople, ownerName } from '../dependencies/people.ts'
import { removePersonAndMemories } from '../dependencies/removal.ts'
import type { OwnerId } from '../shared/brand.ts'
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
          print(`If an earlier "${name}" was removed without --memories, this one gets what is remembered of them.`)
          break
        case 'link':
          await people.link(name, { provider: (values.provider ?? 'google').replace(/\/+$/, ''), subject })
          print(`${name} keeps their memories when signing in with that account.`)
          break
        case 'remove':
          sayRemoved(config, name, await people.remove(name))
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

/** Memories stay under the id, which is made of the name: they are not gone, and the next of that name gets them. */
function sayRemoved(config: Config, person: string, id: OwnerId): void {
  const { command } = config
  const isNamed = id === idOfName(person)
  const whom = isNamed ? `whoever is added as "${person}" again` : 'whoever signs in again in the same way'
  print(`${person} is removed, and signed out everywhere. What is remembered of them is kept: ${whom} gets it.`)
  if (id === idOfName(ownerName)) {
    print(`The owner needs not be added: a new code (${command} code) signs in as the owner again.`)
  }
  // One id of 64 begins as an option does.
  const erase = id.startsWith('-') ? `users remove --memories -- ${id}` : `users remove ${id} --memories`
  print(
    mayKeepMemories(config)
      ? `To erase the memories too: ${command} ${erase}`
      : `To erase the memories too, run where they are kept: ${erase}`,
  )
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
