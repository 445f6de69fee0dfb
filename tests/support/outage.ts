import type { OidcStores } from '../../src/oidc/ports.ts'

type Trouble = (store: string, method: string) => Error | undefined | Promise<Error | undefined>

/** Stores that fail when a test says so, or after something else has happened, whatever engine is behind them. */
export function outage() {
  let errorFor: Trouble = () => undefined

  const failing = (name: string, store: object) =>
    new Proxy(store, {
      get:
        (target, method) =>
        async (...input: unknown[]) => {
          const error = await errorFor(name, String(method))
          if (error !== undefined) throw error
          return Reflect.apply(Reflect.get(target, method), target, input)
        },
    })

  return {
    /** From now on each call fails with what this gives for it, and succeeds when it gives nothing. */
    begin(what: Trouble) {
      errorFor = what
    },
    end() {
      errorFor = () => undefined
    },
    wrap: (stores: OidcStores): OidcStores =>
      new Proxy(stores, { get: (target, name) => failing(String(name), Reflect.get(target, name)) }),
  }
}

export type Outage = ReturnType<typeof outage>
