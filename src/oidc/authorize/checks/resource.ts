import { checkResources } from '../../resource-indicators.ts'
import type { ClientCheck } from '../check.ts'

/** RFC 8707 section 2: only what is served here; otherwise `invalid_target`. */
export const resource: ClientCheck = ({ parameters, dependencies }) => ({
  resources: checkResources(dependencies.settings, parameters.resources),
})
