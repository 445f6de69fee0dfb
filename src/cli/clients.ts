import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { assertSignInKept } from '../dependencies/kept-here.ts'
import { type Operator, openOperator } from '../dependencies/operator.ts'
import { type Command, cell, complain, print, UsageError } from './command.ts'

const kinds = ['public', 'confidential', 'actions', 'machine'] as const

export const clients: Command = {
  name: 'clients',
  usage:
    'add [--name NAME] [--public | --confidential | --actions | --machine] [--redirect-uri URI ...] [--serves RESOURCE ...] | list | remove ID',
  summary:
    'Adds a client by hand and prints its id and secret once; lists or removes clients. One that serves a resource may introspect its tokens.',
  async run([action, ...words]) {
    const act = actionOf(action, words)
    const config = loadConfig()
    if (action !== 'add') assertSignInKept(config)
    const operator = await openOperator(config)
    try {
      await act(operator)
      return 0
    } finally {
      await operator.close()
    }
  },
}

type Act = (operator: Operator) => Promise<void>

/** What the words ask for. Wrong ones open no engine. Throws `UsageError`. */
function actionOf(action: string | undefined, words: readonly string[]): Act {
  switch (action) {
    case 'add':
      return adding(words)
    case 'list':
      if (words.length > 0) throw new UsageError('clients list takes nothing more.')
      return list
    case 'remove': {
      const [id, ...more] = words
      if (id === undefined || more.length > 0) throw new UsageError('clients remove takes one id.')
      return async ({ clients }) => {
        await clients.remove(id)
        print(`${id} is removed: whoever had connected it is asked again, and its tokens have ended.`)
      }
    }
    default:
      throw new UsageError('clients takes "add", "list" or "remove".')
  }
}

async function list({ clients }: Operator): Promise<void> {
  let none = true
  for await (const { id, kind, name, redirectUris, serves = [] } of clients.list()) {
    // Beside the list, which has nothing but clients for a program that reads it.
    if (none) complain(['id', 'kind', 'name', 'sends people back to, serves'].join('\t'))
    none = false
    print([id, kind, name, ...redirectUris, ...serves.map((one) => `serves ${one}`)].map(cell).join('\t'))
  }
  // Beside the list, which stays empty for a program that reads it.
  if (none) complain('No client is registered there yet: an app registers itself when it connects.')
}

function adding(words: readonly string[]): Act {
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
  return (operator) =>
    add(operator, {
      kind,
      name: values.name ?? (kind === 'actions' ? 'Custom GPT' : 'An app added by hand'),
      redirectUris: values['redirect-uri'] ?? [],
      serves: values.serves ?? [],
    })
}

async function add(
  { clients, settings: { issuer } }: Operator,
  wanted: Parameters<Operator['clients']['add']>[0],
): Promise<void> {
  const { client, secret } = await clients.add(wanted)
  print(`client id      ${client.id}`)
  if (secret !== undefined) print(`client secret  ${secret}   (shown once, kept only as a hash)`)
  if (wanted.kind === 'actions') {
    print(`authorization  ${issuer}/auth/authorize`)
    print(`token          ${issuer}/auth/token`)
    print(`scope          openid offline_access memories:read memories:write`)
  }
  if (client.serves !== undefined) print(`introspection  ${issuer}/auth/introspect`)
}
