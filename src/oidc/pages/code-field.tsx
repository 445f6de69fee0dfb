/** Where a printed code is typed: forgiving, and filled in by a phone that knows one-time codes. */
export const CodeField = ({ label, problem }: { label: string; problem: boolean }) => (
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
      {'It is in the terminal where this server started, or run '}
      <code>souvenir code</code>
      {' there. It works once, for 15 minutes.'}
    </p>
  </div>
)
