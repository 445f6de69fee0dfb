import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { openOperator } from '../dependencies/operator.ts'
import { type Command, cell, print, UsageError } from './command.ts'

const kinds = ['public', 'confidential', 'actions', 'machine'] as const

export const clients: Command = {
  name: 'clients',
  usage:
    'add [--name NAME] [--public | --confidential | --actions | --machine] [--redirect-uri URI ...] [--serves RESOURCE ...] | list | remove ID',
  summary:
    'Adds a client by hand and prints its id and secret once; lists or removes clients. One that serves a resource may introspect its tokens.',
  async run([action, ...words]) {
    const operator = await openOperator(loadConfig())
    try {
      switch (action) {
        case 'add':
          return await add(operator, words)
        case 'list':
          for (const { id, kind, name, redirectUris, serves = [] } of await operator.clients.list()) {
            print([id, kind, name, ...redirectUris, ...serves.map((one) => `serves ${one}`)].map(cell).join('\t'))
          }
          return 0
        case 'remove': {
          const [id, ...more] = words
          if (id === undefined || more.length > 0) throw new UsageError('clients remove takes one id.')
          await operator.clients.remove(id)
          print(`${id} is removed: whoever had connected it is asked again, and its tokens have ended.`)
          return 0
        }
        default:
          throw new UsageError('clients takes "add", "list" or "remove".')
      }
    } finally {
      await operator.close()
    }
  },
}

async function add(operator: Awaited<ReturnType<typeof openOperator>>, words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      name: { type: 'string' },
      'redirect-uri': { type: 'string', multiple: true },
      serves: { type: 'string', multiple: true },
      public: { type: 'boolean' },
      confidential: { type: 'boolean' },
      actions: { type: 'boolean' },
      machine: { type: 'boolean' },
    },
  })
  const chosen = kinds.filter((kind) => values[kind])
  if (chosen.length > 1) throw new UsageError('A client is of one kind.')
  const kind = chosen[0] ?? 'public'
  const { client, secret } = await operator.clients.add({
    kind,
    name: values.name ?? (kind === 'actions' ? 'Custom GPT' : 'An app added by hand'),
    redirectUris: values['redirect-uri'] ?? [],
    serves: values.serves ?? [],
  })
  const { issuer } = operator.settings
  print(`client id      ${client.id}`)
  if (secret !== undefined) print(`client secret  ${secret}   (shown once, kept only as a hash)`)
  if (kind === 'actions') {
    print(`authorization  ${issuer}/auth/authorize`)
    print(`token          ${issuer}/auth/token`)
    print(`scope          openid offline_access memories:read memories:write`)
  }
  if (client.serves !== undefined) print(`introspection  ${issuer}/auth/introspect`)
  return 0
}
