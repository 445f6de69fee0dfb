/** What of the product a test starts, as TARGET says. */
export type Target = 'bun' | 'deno' | 'binary' | 'image'
export const target: Target = (() => {
  const named = process.env.TARGET ?? 'bun'
  if (named === 'bun' || named === 'deno' || named === 'binary' || named === 'image') return named
  throw new Error(`TARGET is bun, deno, binary or image, not ${named}`)
})()

/** The user that the Dockerfile names. */
export const imageUser = 65_532
