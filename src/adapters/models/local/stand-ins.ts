/** What often lies where a model's file should: the page of a network's sign-in, or Git's note of where the file is. */
import { open } from 'node:fs/promises'

const pointer = 'version https://git-lfs.github.com/spec/'

/** What the file is instead, as a person is told; undefined when it is neither. */
export async function standInOf(path: string): Promise<string | undefined> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
    const start = buffer.toString('utf8', 0, bytesRead).trimStart()
    if (start.startsWith(pointer)) {
      return 'a pointer of Git LFS, not the file itself: run "git lfs pull" in the clone, or take it from /resolve/, not /raw/'
    }
    if (/^<(!doctype|html|\?xml)/i.test(start)) {
      return 'a web page, not the file: perhaps a network or a proxy wants a sign-in first, or the address is of the page about it'
    }
    return undefined
  } finally {
    await file.close()
  }
}
