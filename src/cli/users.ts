import { loadConfig } from '../config/config.ts'
import { openPeople } from '../dependencies/people.ts'
import { type Command, print, UsageError } from './command.ts'

export const users: Command = {
  name: 'users',
  usage: 'add NAME | list | remove NAME',
  summary: 'Adds, lists or removes people who sign in with a code.',
  async run([action, name, ...more]) {
    if (action === undefined || more.length > 0 || (action === 'list') !== (name === undefined)) {
      throw new UsageError('users takes "add NAME", "list" or "remove NAME".')
    }
    const people = await openPeople(loadConfig())
    try {
      switch (action) {
        case 'add':
          await people.add(name ?? '')
          print(`${name} can sign in with a code from: souvenir code --user ${name}`)
          return 0
        case 'remove':
          await people.remove(name ?? '')
          print(`${name} is removed: signed out everywhere, and cannot sign in again.`)
          return 0
        case 'list':
          for (const person of await people.list()) print(`${person.name}\t${person.identities.join(', ')}`)
          return 0
        default:
          throw new UsageError(`users knows no "${action}".`)
      }
    } finally {
      await people.close()
    }
  },
}
