/** @jsxImportSource preact */
/** The form that a memory is written and corrected with, and reading it back. */
import type { ComponentChildren } from 'preact'
import { FormToken, Notice } from '../../html/components.tsx'
import { limits } from '../../memory/schema.ts'
import type { Fault } from '../../shared/fault.ts'
import type { Written } from '../api/memories.ts'
import { DayInput, TextArea, TextInput } from '../components/fields.tsx'

/** The API's names of what it refuses, by the form's. */
const fieldNames: Readonly<Record<string, string>> = {
  text: 'text',
  memory_content: 'text',
  categories: 'categories',
  occurred_at: 'occurred_at',
}

export function readWritten(fields: URLSearchParams): Written {
  const day = (fields.get('occurred_at') ?? '').trim()
  return {
    // A form sends every line break as two characters.
    text: (fields.get('text') ?? '').replaceAll('\r\n', '\n').trim(),
    categories: [
      ...new Set(
        (fields.get('categories') ?? '')
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      ),
    ],
    occurredAt: /^\d{4}-\d\d-\d\d$/.test(day) ? `${day}T00:00:00Z` : day,
  }
}

export interface MemoryFormProps {
  readonly action: string
  readonly formToken: string
  readonly written: Written
  readonly problem?: Fault | undefined
  /** Kept so that a change made elsewhere meanwhile is not overwritten. */
  readonly version?: number
  readonly submit: string
  readonly children?: ComponentChildren
}

export function MemoryForm({ action, formToken, written, problem, version, submit, children }: MemoryFormProps) {
  const field = fieldNames[problem?.field?.split('.')[0] ?? '']
  const problemOf = (name: string) => (field === name ? problem?.message : undefined)
  return (
    <form class="memory-form" method="post" action={action}>
      <FormToken value={formToken} />
      {version === undefined ? null : <input type="hidden" name="version" value={version} />}
      {problem !== undefined && field === undefined ? (
        <Notice tone="error">
          <p>{problem.message}</p>
        </Notice>
      ) : null}
      <TextArea
        name="text"
        label="What to remember"
        value={written.text}
        rows={5}
        required
        maxLength={limits.textCharacters}
        hint="One fact that makes sense on its own, with names and dates."
        problem={problemOf('text')}
      />
      <TextInput
        name="categories"
        label="Categories"
        value={written.categories.join(', ')}
        hint="Optional, apart by commas: family, health"
        problem={problemOf('categories')}
      />
      <DayInput
        name="occurred_at"
        label="When it happened"
        value={written.occurredAt.slice(0, 10)}
        hint="Optional."
        problem={problemOf('occurred_at')}
      />
      <div class="actions">
        <button type="submit" name="action" value="save">
          {submit}
        </button>
        {children}
      </div>
    </form>
  )
}
