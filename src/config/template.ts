import { composeVariables } from './compose-variables.ts'
import type { Section } from './variable.ts'
import { sections } from './variables.ts'

/** `.env.template`, written from the table of variables. */
export function envTemplate(): string {
  const lines = [
    '# souvenir: every variable, with its default. Nothing here is needed to try it on this machine.',
    '# Written by "souvenir env --template". A variable marked (file) can also be given as NAME_FILE, a path.',
  ]
  for (const [section, variables] of Object.entries(sections)) {
    lines.push('', `## ${section}`)
    for (const [name, variable] of Object.entries(variables as Section)) {
      const without =
        variable.default === undefined
          ? `# Otherwise: ${variable.otherwise}. Example: ${variable.example}`
          : `# Default: ${variable.default}`
      lines.push(
        '',
        `# ${variable.meaning}${variable.file ? ' (file)' : ''}`,
        without,
        `#${name}=${variable.default ?? ''}`,
      )
    }
  }
  lines.push('', '## Docker Compose (compose.yml reads these; the program does not)')
  for (const [name, { meaning, value, set }] of Object.entries(composeVariables)) {
    lines.push('', `# ${meaning}`, `# Default: ${value || 'empty'}`, `${set ? '' : '#'}${name}=${value}`)
  }
  return `${lines.join('\n')}\n`
}
