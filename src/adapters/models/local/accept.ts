/** What is asked of a model's gathered files before they are put into place. Each refusal is a Fault `invalid` that says why. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Fault } from '../../../shared/fault.ts'
import { describeModel } from './describe.ts'
import { modelFiles } from './files.ts'
import { knownModel } from './known.ts'
import { standInOf } from './stand-ins.ts'
import { startModelThread } from './thread.ts'

/** Named as what it is (a web page, a pointer of Git LFS): the network's own error would help nobody. */
export async function refuseStandIns(incoming: string): Promise<void> {
  for (const { path } of modelFiles) {
    const file = join(incoming, path)
    const standIn = existsSync(file) ? await standInOf(file) : undefined
    if (standIn === undefined) continue
    await rm(incoming, { recursive: true, force: true })
    throw new Fault('invalid', `These files were not taken. ${path} is ${standIn}.`)
  }
}

/** A known name says how its model is run: another model under it would run, and find little. */
export async function refuseOtherWidth(incoming: string, name: string): Promise<void> {
  const { width } = describeModel({ folder: incoming, name })
  const known = knownModel(basename(name))?.dimensions
  if (known === undefined || width === undefined || width === known) return
  await rm(incoming, { recursive: true, force: true })
  throw new Fault(
    'invalid',
    `These files were not taken. They are of a model whose vectors have ${width} numbers, those of ${name} have ${known}: give them a name of their own with --name.`,
  )
}

/** A model is in place only when it has embedded a word. */
export async function tryOut(folder: string, name: string): Promise<void> {
  try {
    await (await startModelThread(describeModel({ folder, name }))).end()
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault('invalid', `These files were not taken. ${reason}`, { cause: error })
  }
}
