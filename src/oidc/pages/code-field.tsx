/** @jsxImportSource preact */
import { codeLifetimeMinutes } from '../signin/console-code.ts'

interface CodeFieldProps {
  readonly label: string
  /** What stands before `code` where the server runs: `souvenir`. */
  readonly command: string
  readonly problem: boolean
}

/** Where a printed code is typed: forgiving, and filled in by a phone that knows one-time codes. */
export const CodeField = ({ label, command, problem }: CodeFieldProps) => (
  <div class="field">
    <label for="code">{label}</label>
    <input
      class="code"
      id="code"
      name="code"
      type="text"
      required
      maxLength={40}
      placeholder="XXXX-XXXX-XXXX"
      autocomplete="one-time-code"
      autocapitalize="characters"
      spellcheck={false}
      aria-describedby={problem ? 'problem code-hint' : 'code-hint'}
      {...(problem ? { 'aria-invalid': 'true' as const } : {})}
    />
    <p class="hint" id="code-hint">
      {'Whoever runs this server gives you one: '}
      <code>{`${command} code`}</code>
      {' for the owner, '}
      <code>{`${command} code --user NAME`}</code>
      {` for others. It works once, for ${codeLifetimeMinutes} minutes.`}
    </p>
  </div>
)
