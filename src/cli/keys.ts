import { open } from 'node:fs/promises'
import { type Config, loadConfig } from '../config/config.ts'
import { ownCommand } from '../config/own-command.ts'
import { makePrivateKey, type OpenedKeys, type Operator, openKeys, openOperator } from '../dependencies/operator.ts'
import { Fault } from '../shared/fault.ts'
import { type Command, print, UsageError } from './command.ts'

/** A private key of 16,384 bits has some 12 KB as PEM. */
const limitBytes = 32 * 1024

export const keys: Command = {
  name: 'keys',
  usage: 'list | rotate | generate [FILE] | import FILE',
  summary:
    'Signing keys. rotate: the next one signs, the former is published until its last token has expired. generate: makes the first ones where they are kept, or one in a file for OIDC_PRIVATE_KEY_FILE. import: a key made elsewhere (PEM) is the next, or the first.',
  async run([action, file, ...more]) {
    const takesFile = action === 'import' || (action === 'generate' && file !== undefined)
    if (more.length > 0 || takesFile !== (file !== undefined)) throw usage()
    if (action === 'generate' && file !== undefined) return writeKey(file)
    if (action === 'list') return listKept(loadConfig())
    if (action === undefined || !Object.hasOwn(actions, action)) throw usage()
    const config = loadConfig()
    const operator = await openOperator(config)
    try {
      await actions[action]?.(operator, config.command, file ?? '')
      await list(operator)
      return 0
    } finally {
      await operator.close()
    }
  },
}

const usage = () => new UsageError('keys takes "list", "rotate", "generate", "generate FILE" or "import FILE".')

const actions: Readonly<Record<string, (operator: Operator, command: string, file: string) => Promise<void>>> = {
  rotate: ({ keyRing }) => keyRing.rotate(),
  async generate({ keyRing, keyStore }, command) {
    if (!keyStore.writable)
      throw new Fault(
        'conflict',
        `The signing key is mounted. For a new file of your own: ${command} keys generate FILE`,
      )
    if ((await keyStore.load()).length > 0)
      throw new Fault('conflict', `There are signing keys already. For a new one: ${command} keys rotate`)
    await keyRing.publicKeys()
  },
  async import({ keyRing }, command, file) {
    const state = await keyRing.add(await readKey(file))
    print(state === 'next' ? `Imported. It signs after: ${command} keys rotate` : 'Imported. It signs from now on.')
  },
}

/** Makes none: a folder without keys may be another than the server's. */
async function listKept(config: Config): Promise<number> {
  const opened = await openKeys(config)
  try {
    if ((await opened.keyStore.load()).length === 0) throw noKeys(config)
    await list(opened)
    return 0
  } finally {
    await opened.close()
  }
}

const noKeys = ({ keys, dataDir, command }: Config) =>
  new Fault(
    'not_found',
    `There are no signing keys in ${keys.dir}, and none were made. Set DATA_DIR (${dataDir} here) or OIDC_KEYS_DIR as for the server. A new one makes them when it is first started; before that: ${command} keys generate`,
    { code: 'nothing_kept' },
  )

async function list({ keyStore }: Pick<OpenedKeys, 'keyStore'>): Promise<void> {
  for (const { kid, state, since } of await keyStore.load()) {
    print(`${kid}\t${state}\t${since === 0 ? 'mounted' : `since ${new Date(since * 1000).toISOString()}`}`)
  }
}

/** A new key in a file of its own, mode 0600; one that is there is never overwritten. */
async function writeKey(path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600).catch((cause) => {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    throw new Fault('conflict', exists ? `${path} exists already.` : `${path} cannot be written.`, { cause })
  })
  try {
    await file.writeFile(await makePrivateKey())
  } finally {
    await file.close()
  }
  print(`${path} holds a new key of 2048 bits. Name it in OIDC_PRIVATE_KEY_FILE, or: ${ownCommand} keys import ${path}`)
  return 0
}

async function readKey(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause) => {
    throw new Fault('not_found', `${path} cannot be read.`, { cause })
  })
  try {
    const { size } = await file.stat()
    if (size > limitBytes) throw new Fault('too_large', `${path} is longer than any private key.`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
