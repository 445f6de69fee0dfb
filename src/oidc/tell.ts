/** Tells the audit log and the metrics what happened in a flow: one line at the place where it did. */
import { type AuditDetail, type AuditEvent, audit } from '../shared/audit.ts'
import type { FlowEvent, FlowStep } from '../shared/metrics.ts'
import { requestContext } from '../shared/request-context.ts'
import type { OidcDependencies } from './dependencies.ts'

type Told = Pick<OidcDependencies, 'log' | 'metrics'>

/** What each event means for the flow that it is a step of; the rest is for the audit log alone. */
const steps: Partial<Record<AuditEvent, readonly [FlowStep, FlowEvent]>> = {
  sign_in: ['sign_in', 'completed'],
  sign_in_refused: ['sign_in', 'refused'],
  consent_given: ['consent', 'completed'],
  consent_denied: ['consent', 'refused'],
  tokens_issued: ['token', 'completed'],
  code_replayed: ['token', 'refused'],
}

export function tell(to: Told, request: Request, event: AuditEvent, about: AuditDetail = {}): void {
  const { requestId, clientId } = requestContext(request)
  audit(to.log, event, { requestId, clientId, ...about })
  const step = steps[event]
  if (step !== undefined) to.metrics?.flowStep(...step)
}

/** A flow came to a step. */
export const enter = ({ metrics }: Told, step: FlowStep): void => metrics?.flowStep(step, 'entered')
