import { inspect } from 'node:util'

const shown = '[secret]'

/** A value that prints, logs and serialises as `[secret]`. */
export class Secret<T = string> {
  readonly #value: T
  constructor(value: T) {
    this.#value = value
  }
  /** The value itself: only at the place that uses it. */
  reveal(): T {
    return this.#value
  }
  toString(): string {
    return shown
  }
  toJSON(): string {
    return shown
  }
  [inspect.custom](): string {
    return shown
  }
}
