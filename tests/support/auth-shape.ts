/** How sign-in is run by tests over HTTP: `AUTH_STORES` names the engine below it, `AUTH_SHAPE` the processes that it is spread over. */
function choice<const T extends string>(variable: string, [usual, ...others]: readonly [T, ...T[]]): T {
  const named = process.env[variable] ?? usual
  const chosen = [usual, ...others].find((one) => one === named)
  if (chosen === undefined) throw new Error(`${variable} is ${[usual, ...others].join(' or ')}, not ${named}`)
  return chosen
}

export const authStores = choice('AUTH_STORES', ['sqlite', 'redis'])

/**
 * - `one-process`: sign-in and resources on one origin
 * - `split`: the resources in a process and at an origin of their own
 * - `round-robin`: the same, and sign-in in two processes, which take requests in turns
 */
export const authShape = choice('AUTH_SHAPE', ['one-process', 'split', 'round-robin'])

export const signInProcesses = authShape === 'round-robin' ? 2 : 1

/** The Redis of `AUTH_STORES=redis`. */
export function redisUrl(): string {
  const url = process.env.REDIS_URL
  if (url === undefined) throw new Error('AUTH_STORES=redis needs REDIS_URL')
  return url
}

/** Takes the members of a list in turns. */
export function inTurns<T>(members: readonly [T, ...T[]]): () => T {
  let turn = 0
  return () => members[turn++ % members.length] ?? members[0]
}
