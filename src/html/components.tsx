/** @jsxImportSource preact */
/** The few pieces that pages are made of. Text given to them is escaped; none of them holds script or style of its own. */
import type { ComponentChildren } from 'preact'

export const Mark = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path
      d="M8.5 4h15A1.5 1.5 0 0 1 25 5.5V28l-9-5.6L7 28V5.5A1.5 1.5 0 0 1 8.5 4zM16 8.6a4.1 4.1 0 1 0 0 8.2 4.1 4.1 0 0 0 0-8.2z"
      fill="currentColor"
      fill-rule="evenodd"
    />
  </svg>
)

const Tick = () => (
  <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path
      d="M4.5 10.5l3.6 3.6 7.4-8"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
)

/** Something to know before going on. An `error` is read out at once by a screen reader. */
export function Notice(props: { tone: 'plain' | 'warn' | 'error'; id?: string; children: ComponentChildren }) {
  return (
    <div class={`notice ${props.tone}`} id={props.id} role={props.tone === 'error' ? 'alert' : 'note'}>
      {props.children}
    </div>
  )
}

export interface Fact {
  readonly term: string
  readonly value: ComponentChildren
  /** A quieter sentence under the value, or a link. */
  readonly why?: ComponentChildren
}

/** Who, where, what: pairs of a term and its value. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ term, value, why }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>
            {value}
            {why === undefined ? null : <span class="why">{why}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** What somebody will be able to do, one sentence a line. */
export function Permissions({ sentences }: { sentences: readonly string[] }) {
  return (
    <ul class="permissions">
      {sentences.map((sentence) => (
        <li key={sentence}>
          <Tick />
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  )
}

/** The single-use token that a form carries back. */
export const FormToken = ({ value }: { value: string }) => <input type="hidden" name="form_token" value={value} />
