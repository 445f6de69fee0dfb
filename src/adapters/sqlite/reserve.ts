/**
 * Room on the disk that is set aside for what must go on when it is full: erasing, and staying signed in or not. SQLite writes what a
 * transaction changes before it changes it, so that on a full disk nothing could be deleted either. The file beside the database holds
 * that room; such a transaction that finds none gives it up, and takes it again once it is done.
 */
import { closeSync, ftruncateSync, openSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Reserve {
  /** Gives the room back to the disk; false where there was none, or none that this user may give. */
  giveUp(): boolean
  /** Takes what is missing of it, or as much as there is. Never throws: what is done is done. */
  take(): void
}

/** What erasing a few hundred memories writes, with their words and vectors: each page of 4 KiB that it changes, once. */
const reserveBytes = 4 * 1024 * 1024
/** With less than this free the disk is as good as full. */
const leastFreeBytes = 1024 * 1024
const blockBytes = 64 * 1024

/** Beside the database at `path`. At first it is taken only where there is twice the room. */
export function reserveBeside(path: string): Reserve {
  const file = `${path}-reserve`
  const reserve: Reserve = {
    giveUp() {
      if (sizeOf(file) === 0) return false
      try {
        const descriptor = openSync(file, 'r+')
        try {
          ftruncateSync(descriptor, 0)
        } finally {
          closeSync(descriptor)
        }
        return true
      } catch {
        // What is to be told is why the room was needed: the disk is full.
        return false
      }
    },
    take() {
      const size = sizeOf(file)
      if (size < reserveBytes) fill(file, size)
    },
  }
  if (freeBytes(path) >= 2 * reserveBytes) reserve.take()
  return reserve
}

/** Nothing is set aside: the database is in memory, or holds nothing that has to go on. */
export const noReserve: Reserve = { giveUp: () => false, take() {} }

/** Whether on the disk of the database at `path` a small write may find no room any more. */
export const hasNoRoom = (path: string): boolean => path !== ':memory:' && freeBytes(path) < leastFreeBytes

/** In bytes; what cannot be looked at has none. */
function sizeOf(file: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0
  } catch {
    return 0
  }
}

/** For whoever may write there; where that cannot be told it counts as enough. */
function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return Number(bavail) * Number(bsize)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

function fill(file: string, from: number): void {
  try {
    const descriptor = openSync(file, from === 0 ? 'w' : 'r+', 0o600)
    try {
      const block = unlikeBytes()
      for (let at = from; at < reserveBytes; ) {
        const written = writeSync(descriptor, block, 0, Math.min(block.length, reserveBytes - at), at)
        if (written === 0) return
        at += written
      }
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // No more room, or none that this user may have.
  }
}

/** Bytes that no file system stores as nothing, as those that compress do with zeros. */
function unlikeBytes(): Uint8Array {
  const words = new Uint32Array(blockBytes / 4)
  let word = 1
  for (let at = 0; at < words.length; at++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
    words[at] = word
  }
  return new Uint8Array(words.buffer)
}
