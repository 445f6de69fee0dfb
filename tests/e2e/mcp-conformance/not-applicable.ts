/**
 * What the suite tests that this server does not offer. Every entry is a feature of MCP that a server may leave out (server
 * features are optional, and those of 2026-07-28 are declared in `capabilities`); each says which. A scenario here that passes, and
 * a scenario not here that fails, are both a failure of the run.
 */
const textOnly = 'tools answer with text and structuredContent; none returns '
const promptsText = 'prompts are text; none returns '
const asksNothing = 'no tool or prompt asks the client back (elicitation, sampling, roots)'
const tasks = 'an extension (io.modelcontextprotocol/tasks) that is not declared'
const diagnostic = 'needs a diagnostic tool of the suite: '

/** By scenario, or `scenario:check` where only one check does not apply. */
export const notApplicable: Readonly<Record<string, string>> = {
  'completion-complete': 'the capability completions is not declared',
  'logging-set-level': 'the capability logging is not declared (deprecated in 2026-07-28)',
  'resources-subscribe': 'resources.subscribe is not declared',
  'resources-unsubscribe': 'resources.subscribe is not declared',
  'resources-read-binary': 'memories are text: no resource is binary',
  'tools-call-image': `${textOnly}an image`,
  'tools-call-audio': `${textOnly}audio`,
  'tools-call-embedded-resource': `${textOnly}an embedded resource`,
  'tools-call-mixed-content': `${textOnly}an image`,
  'tools-call-with-logging': 'the capability logging is not declared (deprecated in 2026-07-28)',
  'tools-call-with-progress': 'no tool takes long enough to tell of progress',
  'tools-call-sampling': asksNothing,
  'tools-call-elicitation': asksNothing,
  'elicitation-sep1034-defaults': asksNothing,
  'elicitation-sep1330-enums': asksNothing,
  'prompts-get-embedded-resource': `${promptsText}an embedded resource`,
  'prompts-get-with-image': `${promptsText}an image`,
  'input-required-result-basic-elicitation': asksNothing,
  'input-required-result-basic-sampling': asksNothing,
  'input-required-result-basic-list-roots': asksNothing,
  'input-required-result-request-state': asksNothing,
  'input-required-result-multiple-input-requests': asksNothing,
  'input-required-result-multi-round': asksNothing,
  'input-required-result-non-tool-request': asksNothing,
  'input-required-result-result-type': asksNothing,
  'input-required-result-tampered-state': asksNothing,
  'input-required-result-capability-check': asksNothing,
  'http-custom-header-server-validation': 'no tool marks a parameter with x-mcp-header',
  'tasks-lifecycle': tasks,
  'tasks-capability-negotiation': tasks,
  'tasks-wire-fields': tasks,
  'tasks-request-state-removal': tasks,
  'tasks-mrtr-input': tasks,
  'tasks-request-headers': tasks,
  'tasks-dispatch-and-envelope': tasks,
  'tasks-required-task-error': tasks,
  'tasks-mrtr-composition': tasks,
  'server-stateless:sep-2575-server-rejects-undeclared-capability': `${diagnostic}one that needs a capability of the client's`,
  'server-stateless:sep-2575-missing-capability-http-400': `${diagnostic}one that needs a capability of the client's`,
  'server-stateless:sep-2575-http-server-no-independent-requests-on-stream': `${diagnostic}one that asks the client back`,
  'server-stateless:sep-2575-server-no-log-without-loglevel': `${diagnostic}one that logs to the client`,
}
