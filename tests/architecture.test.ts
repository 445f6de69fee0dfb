/** The house's rules, held by a machine: who may import whom, where the runtime may appear, how files look. */
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { commands } from '../src/cli/commands.ts'
import { type Import, importsOf, projectRoot, type SourceFile, sourceFiles } from './support/source-files.ts'

const surfaces = ['oidc', 'resource', 'mcp', 'api', 'ui']
const features = [...surfaces, 'memory', 'http', 'worker', 'html']

/** ARCHITECTURE.md, "Who may import whom". A part may always import itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  config: ['shared'],
  memory: ['shared'],
  html: ['shared'],
  oidc: ['html', 'shared'],
  resource: ['shared'],
  http: ['shared'],
  api: ['memory', 'resource', 'http', 'shared'],
  mcp: ['memory', 'resource', 'http', 'shared'],
  ui: ['memory', 'resource', 'http', 'html', 'shared'],
  worker: ['memory', 'shared'],
  adapters: ['shared'],
  serve: ['shared'],
  dependencies: ['config', 'adapters', 'shared', ...features],
  app: ['http', 'shared', ...surfaces],
  cli: ['app', 'config', 'dependencies', 'serve', 'shared'],
  main: ['cli', 'config', 'shared'],
}

/** What every engine must apply alike: what a signing key is, who may see what, what the words of a text are, how postings are packed. */
const pureRules = new Set([
  'src/oidc/tokens/ring.ts',
  'src/oidc/tokens/signing-key.ts',
  'src/memory/access.ts',
  'src/memory/graph/knowledge.ts',
  'src/memory/text/analyze.ts',
  'src/memory/text/analyze-ahead.ts',
  'src/memory/text/traits.ts',
  'src/memory/index/codes.ts',
  'src/memory/rank/embedder.ts',
  'src/memory/index/facts.ts',
  'src/memory/index/kept-codes.ts',
  'src/memory/index/kept-index.ts',
  'src/memory/index/kept-indexes.ts',
  'src/memory/index/passages.ts',
  'src/memory/index/postings.ts',
  'src/memory/index/rebuilding-words.ts',
  'src/memory/index/rebuilding.ts',
  'src/memory/index/rounded-vectors.ts',
  'src/memory/index/tail.ts',
  'src/memory/index/vector-marks.ts',
  'src/memory/index/verify-index.ts',
])

const pureFolders = ['src/memory/change/', 'src/memory/stored/']
const isPure = (path: string) => pureRules.has(path) || pureFolders.some((folder) => path.startsWith(folder))

/** What a part may name from another beyond the table. */
function exceptionFor(part: string, target: string, { typeOnly }: Import): boolean {
  if (part === 'oidc' && typeOnly) return target === 'src/resource/ports.ts'
  if (part === 'app' && typeOnly) return ['config', 'dependencies'].includes(partOf(target))
  if (part === 'serve' && typeOnly) return partOf(target) === 'http'
  if (part === 'adapters') {
    if (!features.includes(partOf(target))) return false
    return typeOnly || /\/(ports(\/[\w-]+)?|schema|errors)\.ts$/.test(target) || isPure(target)
  }
  return false
}

/** `src/oidc/token/pkce.ts` belongs to `oidc`, `src/app.ts` to `app`. */
const partOf = (path: string) => (path.split('/')[1] ?? '').replace(/\.tsx?$/, '')
const adapterOf = (path: string) => path.split('/')[2]
const isOurs = ({ from }: Import) => from.startsWith('.')
const targetOf = (file: SourceFile, { from }: Import) => normalize(join(dirname(file.path), from))

/** `jose/jwt/verify` is of `jose`, `@elysiajs/cors/x` of `@elysiajs/cors`; a relative import is of none. */
const packageOf = (from: string) =>
  from.startsWith('.')
    ? ''
    : from
        .split('/')
        .slice(0, from.startsWith('@') ? 2 : 1)
        .join('/')

const source = sourceFiles('src')
const everything = [...source, ...sourceFiles('tests'), ...sourceFiles('scripts')]

/** `path: what is wrong`, for every file where `find` finds something. */
const violations = (files: readonly SourceFile[], find: (file: SourceFile) => readonly string[]) =>
  files.flatMap((file) => find(file).map((what) => `${file.path}: ${what}`))

describe('Who may import whom', () => {
  test('every part of src is in the table', () => {
    const unknown = new Set(source.map(({ path }) => partOf(path)).filter((part) => mayImport[part] === undefined))
    expect([...unknown]).toEqual([])
  })

  test('each part imports only what the table allows', () => {
    const wrong = violations(source, (file) =>
      importsOf(file)
        .filter(isOurs)
        .filter((imported) => {
          const target = targetOf(file, imported)
          if (target === 'package.json') return partOf(file.path) !== 'shared'
          const [part, other] = [partOf(file.path), partOf(target)]
          if (part === other) return false
          return !mayImport[part]?.includes(other) && !exceptionFor(part, target, imported)
        })
        .map(({ from }) => `imports ${from}`),
    )
    expect(wrong).toEqual([])
  })

  test('what is kept of memories to find them knows no ranking', () => {
    const wrong = violations(
      source.filter(({ path }) => path.startsWith('src/memory/index/')),
      (file) =>
        importsOf(file)
          .filter(isOurs)
          .map((imported) => targetOf(file, imported))
          .filter((target) => target.startsWith('src/memory/rank/')),
    )
    expect(wrong).toEqual([])
  })

  test('an adapter never imports another adapter', () => {
    const wrong = violations(
      source.filter(({ path }) => partOf(path) === 'adapters'),
      (file) =>
        importsOf(file)
          .filter(isOurs)
          .map((imported) => targetOf(file, imported))
          .filter((target) => partOf(target) === 'adapters' && adapterOf(target) !== adapterOf(file.path)),
    )
    expect(wrong).toEqual([])
  })

  test('relative imports end in .ts, .tsx or name a text or JSON file', () => {
    const wrong = violations(everything, (file) =>
      importsOf(file)
        .filter(isOurs)
        .filter(({ from }) => !/\.(tsx?|json|css|txt|html|svg|js|sql)$/.test(from))
        .map(({ from }) => from),
    )
    expect(wrong).toEqual([])
  })
})

describe('Where frameworks and the runtime may appear', () => {
  test('elysia only in http, and the routes and plugins of a surface', () => {
    const allowed = (path: string) =>
      path.startsWith('src/http/') || (surfaces.includes(partOf(path)) && /\/(\w+-)*(routes|plugin)\.tsx?$/.test(path))
    const wrong = violations(
      source.filter(({ path }) => !allowed(path)),
      (file) =>
        importsOf(file)
          .map(({ from }) => from)
          .filter((from) => from === 'elysia' || from.startsWith('elysia/') || from.startsWith('@elysiajs/')),
    )
    expect(wrong).toEqual([])
  })

  test('process.env only in config', () => {
    const wrong = violations(
      source.filter(({ path }) => partOf(path) !== 'config'),
      ({ code }) => code.match(/\bprocess\s*\.\s*env\b/g) ?? [],
    )
    expect(wrong).toEqual([])
  })

  test('Bun and Deno only in main, serve and adapters', () => {
    const wrong = violations(
      source.filter(({ path }) => !['main', 'serve', 'adapters'].includes(partOf(path))),
      ({ code }) => code.match(/\b(Bun|Deno)\.\w+|typeof (Bun|Deno)\b/g) ?? [],
    )
    expect(wrong).toEqual([])
  })

  test('randomness is passed in', () => {
    const wrong = violations(source, ({ code }) => code.match(/\bMath\s*\.\s*random\s*\(/g) ?? [])
    expect(wrong).toEqual([])
  })

  test('no module that only Bun has', () => {
    const wrong = violations(source, (file) =>
      importsOf(file)
        .map(({ from }) => from)
        .filter((from) => from === 'bun' || from.startsWith('bun:')),
    )
    expect(wrong).toEqual([])
  })
})

describe('How files look', () => {
  test('no file is longer than 400 lines', () => {
    const wrong = violations(everything, ({ text }) => {
      const lines = text.trimEnd().split('\n').length
      return lines > 400 ? [`${lines} lines`] : []
    })
    expect(wrong).toEqual([])
  })

  test('a file with JSX says whose it is: Bun and Deno take that setting from the folder they are started in', () => {
    const wrong = violations(
      everything.filter(({ path }) => path.endsWith('.tsx')),
      ({ text }) =>
        text.startsWith('/** @jsxImportSource preact */\n') ? [] : ['does not begin with @jsxImportSource preact'],
    )
    expect(wrong).toEqual([])
  })

  test('names are kebab-case and say what is inside', () => {
    const wrong = violations(everything, ({ path }) =>
      path
        .split('/')
        .filter((name) => /^(utils?|helpers?|managers?|common|misc)(\.|$)/.test(name) || !/^[a-z0-9.-]+$/.test(name)),
    )
    expect(wrong).toEqual([])
  })

  test('no any, and no comment that silences a checker', () => {
    const silencer = new RegExp(
      ['@ts-(ignore|nocheck|expect-error)', 'biome-' + 'ignore', 'eslint-' + 'disable'].join('|'),
      'g',
    )
    const wrong = violations(everything, ({ path, text, code }) => [
      ...(code.match(/\bas any\b|[:|&=<,]\s*any\b(?!\s*[(:.])/g) ?? []),
      ...(path === 'tests/architecture.test.ts' ? [] : (text.match(silencer) ?? [])),
    ])
    expect(wrong).toEqual([])
  })

  test('no line of a comment is longer than 150 characters', () => {
    const wrong = violations(everything, ({ text }) =>
      text.split('\n').filter((line) => /^\s*(\/\*\*|\*|\/\/)/.test(line) && line.length > 150),
    )
    expect(wrong).toEqual([])
  })

  test('what is said of a promise is awaited: elsewhere than in Bun it could not fail', () => {
    const wrong = violations(everything, ({ text }) =>
      text.split('\n').filter((line) => /^\s*expect\(.*\)\.(rejects|resolves)\b/.test(line)),
    )
    expect(wrong).toEqual([])
  })

  test('a message does not call the commands "souvenir ...": from source and in containers people type something else', () => {
    // The files of .env.template, a document as others that call them so. In the image it is /souvenir.
    const isDocument = (path: string) => /^src\/config\/(variables\/|template\.ts)/.test(path)
    const called = new RegExp(`(?<!/)\\bsouvenir (${[...commands.keys()].join('|')})\\b`)
    const wrong = violations(
      source.filter(({ path }) => !isDocument(path)),
      ({ text }) => text.split('\n').filter((line) => !/^\s*(\/\*\*|\*|\/\/)/.test(line) && called.test(line)),
    )
    expect(wrong).toEqual([])
  })

  test('what the sign-in server supports is listed once: metadata, checks, backups and types take it from there', () => {
    const lists = [
      ['authorization_code', 'refresh_token', 'client_credentials'],
      ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      ['manual', 'dynamic', 'document', 'own'],
      ['RS256', 'PS256', 'ES256', 'EdDSA'],
      ['query', 'form_post'],
      ['none', 'login', 'consent', 'select_account'],
      ['name', 'picture', 'updated_at', 'email', 'email_verified'],
      ['next', 'current', 'retired'],
      ['memories:read', 'memories:write'],
      ['console'],
    ]
    // What identity providers sign with is the adapter's.
    const ours = source.filter(({ path }) => partOf(path) !== 'adapters')
    const apart = ours.map(({ path, text }) => ({ path, text: text.replace(/\s/g, '') }))
    const places = lists.map((names) => {
      const list = new RegExp(names.map((name) => `'${name}'`).join('[,|]'))
      return [names.join(' '), apart.filter(({ text }) => list.test(text)).map(({ path }) => path)] as const
    })
    expect(places.filter(([, { length }]) => length > 1)).toEqual([])
  })

  test('nothing is left to be done', () => {
    const wrong = violations(source, ({ text }) => text.match(/\b(TODO|FIXME|XXX|HACK)\b/g) ?? [])
    expect(wrong).toEqual([])
  })
})

describe('package.json and bun.lock', () => {
  test('every version is exact', () => {
    const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)),
    )
    expect(loose).toEqual([])
  })

  test('every dependency is imported where it belongs: what runs by src, the rest by tests, scripts or a command', () => {
    const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
    const packagesIn = (files: readonly SourceFile[]) =>
      new Set(files.flatMap((file) => importsOf(file).map(({ from }) => packageOf(from))))
    const [running, all] = [packagesIn(source), packagesIn(everything)]
    // Commands of package.json, the runtimes' types, and a runtime that tests start as a process.
    const commands = ['@biomejs/biome', 'bun-types', 'deno', 'typescript']
    const unused = [
      ...Object.keys(manifest.dependencies).filter((name) => !running.has(name)),
      ...Object.keys(manifest.devDependencies).filter((name) => !all.has(name) && !commands.includes(name)),
    ]
    const undeclared = [...running].filter(
      (name) => name !== '' && !(name in manifest.dependencies) && !name.startsWith('node:'),
    )
    expect({ unused, undeclared }).toEqual({ unused: [], undeclared: [] })
  })

  test('no package runs a program of its own where it is installed: some tell others of it', () => {
    const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
    expect(manifest.trustedDependencies).toEqual([])
  })

  test('the lock file names no registry', () => {
    const lock = readFileSync(join(projectRoot, 'bun.lock'), 'utf8')
    expect(lock.match(/https?:\/\/[^"\s]+/g) ?? []).toEqual([])
  })
})

/** What only tests take from outside, and why it is not tested through what the product uses. */
const forTests: Readonly<Record<string, string>> = {
  ...{
    'src/adapters/sqlite/graph/write.ts#rebuildKnowledge': 'query plans are asked of a database that the test holds',
    'src/adapters/sqlite/memory/store.ts#memoryStoreOn': 'the same',
    'src/adapters/sqlite/memory/add.ts#recentlyRecalled': 'the same',
    'src/adapters/sqlite/oidc/stores.ts#oidcStoresOn': 'the same',
  },
  ...{
    'src/memory/index/signs-apart.ts#signsApartInScript': 'either way counts the same, whichever this machine takes',
    'src/memory/index/signs-apart.ts#signsApartInWasm': 'the same',
    'src/adapters/models/local/model.ts#pool': 'vectors of the formats of published models, without their networks',
  },
  ...{
    'src/memory/near-duplicates.ts#likenessTo': 'also how unlike texts are that no search brings together',
    'src/memory/extract/rules.ts#charactersRead': 'how far texts are read whose time is measured',
    'src/memory/fair-share.ts#createFairShare': 'the order of turns, without operations',
  },
  ...{
    'src/cli/listen-at.ts#whyNot': 'the words of two runtimes, of which one runs the test, and which root never gets',
    'src/cli/doctor/inside.ts#isInside': 'which addresses are inside a network, which no name of a test leads to',
    'src/cli/progress.ts#bar': 'what is drawn, at any time',
    'src/cli/doctor/checks/stream.ts#notHeld': 'a public address, which a test has not',
    'src/shared/log.ts#standardOutput': 'a disk that is full, and is not any more',
    'src/shared/log.ts#turnByTurn': 'when lines are written',
  },
}

const declared = /^export (?:async )?(?:const|function\*?|class) (\w+)/gm
/** `import { a, type B as c } from './d.ts'`, and `export` of the same. */
const named = /^(?:import|export)\s+(?:\w+\s*,\s*)?\{([^}]*)\}\s+from\s+'(\.[^']+)'/gm
const whole = /^import\s+\*\s+as\s+\w+\s+from\s+'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)/gm

/** `src/a.ts#b` for what a file takes from others; `src/a.ts#*` where it takes all. */
function takenBy({ path, text }: SourceFile): readonly string[] {
  const target = (from: string) => normalize(join(dirname(path), from)).replaceAll('\\', '/')
  const byName = [...text.matchAll(named)].flatMap(([, names = '', from = '']) =>
    names.split(',').map(
      (name) =>
        `${target(from)}#${
          name
            .trim()
            .replace(/^type /, '')
            .split(' as ')[0]
        }`,
    ),
  )
  return [...byName, ...[...text.matchAll(whole)].map(([, from, later]) => `${target(from ?? later ?? '')}#*`)]
}

/** What a file gives to others is used by another part of the product: else it is its own, and tested through what the product uses. */
test('what is exported is used in another file, and by more than tests but for what is listed', () => {
  const taken = new Set([...source, ...sourceFiles('scripts')].flatMap(takenBy))
  const exported = source.flatMap(({ path, code }) =>
    [...code.matchAll(declared)].map(([, name]) => ({ path, at: `${path}#${name}` })),
  )
  const alone = exported.filter(({ path, at }) => !taken.has(at) && !taken.has(`${path}#*`)).map(({ at }) => at)
  expect(alone.toSorted()).toEqual(Object.keys(forTests).toSorted())
})
