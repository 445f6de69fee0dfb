import { type Command, print, UsageError } from './command.ts'
import { type Alert, alerts } from './dashboard/alerts.ts'
import { type Panel, panels } from './dashboard/panels.ts'

export const dashboard: Command = {
  name: 'dashboard',
  usage: '[--alerts]',
  summary: 'Prints a Grafana dashboard (JSON), or alert rules for Prometheus (YAML), of what /metrics serves.',
  async run(words) {
    if (words.length > 1 || (words[0] !== undefined && words[0] !== '--alerts')) {
      throw new UsageError('dashboard takes --alerts or nothing.')
    }
    print(words[0] === '--alerts' ? alertRules(alerts) : JSON.stringify(grafanaDashboard(panels), null, 2))
    return 0
  },
}

const columns = 2
const panelWidth = 24 / columns
const panelHeight = 8

/** Grafana's dashboard model; it asks which Prometheus to read when it is imported. */
const grafanaDashboard = (shown: readonly Panel[]) => ({
  title: 'souvenir',
  uid: 'souvenir',
  schemaVersion: 39,
  time: { from: 'now-6h', to: 'now' },
  refresh: '30s',
  templating: {
    list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }],
  },
  panels: shown.map(({ title, unit, queries }, index) => ({
    id: index + 1,
    type: 'timeseries',
    title,
    datasource: { type: 'prometheus', uid: '$datasource' },
    gridPos: {
      x: (index % columns) * panelWidth,
      y: Math.floor(index / columns) * panelHeight,
      w: panelWidth,
      h: panelHeight,
    },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(({ expr, legend }, at) => ({
      refId: String.fromCharCode(65 + at),
      expr,
      legendFormat: legend,
      datasource: { type: 'prometheus', uid: '$datasource' },
    })),
  })),
})

/** A rules file of Prometheus. JSON strings are YAML strings (YAML 1.2). */
function alertRules(rules: readonly Alert[]): string {
  const lines = ['groups:', '  - name: souvenir', '    rules:']
  for (const { name, expr, for: wait, severity, summary } of rules) {
    lines.push(`      - alert: ${name}`, `        expr: ${JSON.stringify(expr)}`, `        for: ${wait}`)
    lines.push(
      `        labels: { severity: ${severity} }`,
      `        annotations: { summary: ${JSON.stringify(summary)} }`,
    )
  }
  return lines.join('\n')
}
