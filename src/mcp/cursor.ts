import { Fault } from '../shared/fault.ts'

/**
 * One page of a fixed list (MCP 2026-07-28, Pagination): cursors are opaque to clients, and one that was not given out is invalid.
 * Throws `Fault('invalid')`, which callers answer with -32602.
 */
export function page<T>(
  items: readonly T[],
  cursor: string | undefined,
  size: number,
): { items: T[]; nextCursor?: string } {
  const start = cursor === undefined ? 0 : offsetOf(cursor, items.length)
  const end = start + size
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { nextCursor: Buffer.from(`from:${end}`).toString('base64url') } : {}),
  }
}

function offsetOf(cursor: string, length: number): number {
  const match = /^from:([1-9]\d{0,8})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))
  const offset = Number(match?.[1])
  if (!(offset < length))
    throw new Fault('invalid', 'The cursor is not one that this list gave out.', { field: 'cursor' })
  return offset
}
