/** @jsxImportSource preact */
/** Fields of forms: each has a label, its hint and what is wrong with it, tied together for those who hear the page. */
import type { ComponentChildren } from 'preact'

interface FieldFrame {
  readonly name: string
  readonly label: string
  readonly hint?: string
  /** What is wrong with what was sent. */
  readonly problem?: string | undefined
}

const describedBy = ({ name, hint, problem }: FieldFrame) =>
  [hint === undefined ? '' : `${name}-hint`, problem === undefined ? '' : `${name}-problem`].join(' ').trim() ||
  undefined

const Frame = ({ children, ...frame }: FieldFrame & { children: ComponentChildren }) => (
  <div class="field">
    <label for={frame.name}>{frame.label}</label>
    {children}
    {frame.problem === undefined ? null : (
      <p class="problem" id={`${frame.name}-problem`}>
        {frame.problem}
      </p>
    )}
    {frame.hint === undefined ? null : (
      <p class="hint" id={`${frame.name}-hint`}>
        {frame.hint}
      </p>
    )}
  </div>
)

export interface TextFieldProps extends FieldFrame {
  readonly value: string
  readonly required?: boolean | undefined
  readonly maxLength?: number | undefined
}

export const TextArea = ({
  value,
  required,
  maxLength,
  rows,
  ...frame
}: TextFieldProps & { readonly rows?: number }) => (
  <Frame {...frame}>
    <textarea
      id={frame.name}
      name={frame.name}
      rows={rows ?? 4}
      required={required}
      maxLength={maxLength}
      aria-invalid={frame.problem === undefined ? undefined : true}
      aria-describedby={describedBy(frame)}
    >
      {/* A parser drops the first line break of a text area. */}
      {`\n${value}`}
    </textarea>
  </Frame>
)

export function TextInput({ value, required, maxLength, ...frame }: TextFieldProps) {
  return (
    <Frame {...frame}>
      <input type="text" {...inputAttributes({ value, required, maxLength, ...frame })} />
    </Frame>
  )
}

/** A day, `2026-11-01`. */
export function DayInput({ value, required, ...frame }: Omit<TextFieldProps, 'maxLength'>) {
  return (
    <Frame {...frame}>
      <input type="date" {...inputAttributes({ value, required, ...frame })} />
    </Frame>
  )
}

const inputAttributes = ({ name, value, required, maxLength, problem, ...rest }: TextFieldProps) => ({
  id: name,
  name,
  value,
  required,
  maxLength,
  'aria-invalid': problem === undefined ? undefined : true,
  'aria-describedby': describedBy({ name, problem, ...rest }),
})

export interface Choice {
  readonly value: string
  readonly label: string
}

export const Select = ({
  value,
  choices,
  ...frame
}: FieldFrame & { readonly value: string; readonly choices: readonly Choice[] }) => (
  <Frame {...frame}>
    <select id={frame.name} name={frame.name}>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value} selected={choice.value === value}>
          {choice.label}
        </option>
      ))}
    </select>
  </Frame>
)
