/** Points in time: Unix milliseconds within, ISO 8601 in UTC outside. */
import { type TString, Type } from '@sinclair/typebox'
import { Fault } from '../shared/fault.ts'

const day = '((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|[12]\\d))'
const clock = '([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?'
const offset = '([Zz]|[+-]([01]\\d|2[0-3]):?[0-5]\\d)'
/** Says all that a pattern can, so that a client's own check of a schema refuses what the server would: only leap days are left. */
const isoPattern = `^\\d{4}-${day}([Tt ]${clock}${offset}?)?$`
const iso = new RegExp(isoPattern)

/** A date or a date with time, as RFC 3339 writes them; without an offset it is UTC. */
export const timeInput = (description: string): TString =>
  Type.String({ pattern: isoPattern, maxLength: 40, description, examples: ['2026-05-07', '2026-05-07T18:30:00Z'] })

/** A point in time as results show it. */
export const timeOutput = (description: string): TString => Type.String({ description })

/** ISO 8601 in UTC, with milliseconds. */
export const toIso = (ms: number): string => new Date(ms).toISOString()

/**
 * Unix milliseconds of a date or date-time.
 * @throws Fault `invalid` naming `field` for what is no such time (2026-02-30 too)
 */
function parseTime(text: string, field: string): number {
  const wrong = () =>
    new Fault('invalid', `${field} is not a date or time. Write it like 2026-05-07 or 2026-05-07T18:30:00Z.`, {
      code: 'time_invalid',
      field,
    })
  if (!iso.test(text)) throw wrong()
  const [date = '', rest = ''] = [text.slice(0, 10), text.slice(11).toUpperCase()]
  const midnight = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight) || toIso(midnight).slice(0, 10) !== date) throw wrong()
  if (rest === '') return midnight
  const ms = Date.parse(`${date}T${/(Z|[+-]\d{2}:?\d{2})$/.test(rest) ? rest : `${rest}Z`}`)
  if (Number.isNaN(ms)) throw wrong()
  return ms
}

/** The same of what may be left out. */
export const parseOptionalTime = (text: string | undefined, field: string): number | undefined =>
  text === undefined ? undefined : parseTime(text, field)
