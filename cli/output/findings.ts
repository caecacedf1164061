import type { Diagnostic, Severity } from '#shared/diagnostics/diagnostic.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'
import { forTerminal, type Colours } from './colour.ts'
import { maskedJson, schemaVersion, toJsonFinding, type Places } from './json-shapes.ts'

/** What a list of findings is about. */
export interface FindingReport {
  readonly title: string
  readonly dialect: string
  readonly product: string
  readonly version: string
  readonly steelyardVersion: string
  readonly findings: readonly Diagnostic[]
  readonly places: Places
  /** Every rule that was run, so that a report can say what was looked for. */
  readonly rules: readonly { readonly code: string; readonly title: string; readonly why: string; readonly severity: Severity; readonly source: string }[]
}

export function countLine(findings: readonly Diagnostic[]): string {
  const count = (severity: Severity, word: string): string => {
    const number = findings.filter((finding) => finding.severity === severity).length
    return `${number} ${word}${number === 1 ? '' : 's'}`
  }
  return `${count('error', 'error')}, ${count('warning', 'warning')}, ${count('info', 'remark')}`
}

export function findingsText(report: FindingReport, colours: Colours): string {
  const word: Readonly<Record<Severity, string>> = { error: colours.red('error'), warning: colours.yellow('warning'), info: colours.dim('info') }
  const out: string[] = []
  for (const finding of report.findings) {
    const at = report.places.rangeOf(finding.at)
    out.push(`${forTerminal(at.file)}:${at.line}:${at.column}: ${word[finding.severity]}: ${forTerminal(maskSecrets(finding.message))} ${colours.dim(`[${finding.code}]`)}`)
    for (const related of finding.related) {
      const place = report.places.lineOf(related.at)
      out.push(`    ${forTerminal(place.file)}:${place.line}: ${forTerminal(maskSecrets(related.message))}`)
    }
    if (finding.fix !== null) out.push(`    fix: ${forTerminal(maskSecrets(finding.fix.title))}`)
  }
  out.push(`${forTerminal(report.title)}: ${countLine(report.findings)}`, '')
  return out.join('\n')
}

export function findingsJson(report: FindingReport): string {
  return `${maskedJson({
    schemaVersion, config: report.title, dialect: report.dialect, version: report.version, findings: report.findings.map((finding) => toJsonFinding(finding, report.places)),
  })}\n`
}

const sarifLevel = { error: 'error', warning: 'warning', info: 'note' } as const

/** Source: OASIS SARIF 2.1.0, sections 3.14 (run), 3.27 (result), 3.30 (region); columns count UTF-16 code units. */
export function findingsSarif(report: FindingReport): string {
  const codes = [...new Set([...report.rules.map((rule) => rule.code), ...report.findings.map((finding) => finding.code)])]
  const rules = codes.map((code) => {
    const rule = report.rules.find((one) => one.code === code)
    return rule === undefined
      ? { id: code }
      : { id: code, shortDescription: { text: rule.title }, fullDescription: { text: rule.why }, defaultConfiguration: { level: sarifLevel[rule.severity] }, help: { text: `${rule.why} Source: ${rule.source}.` } }
  })
  const location = (at: Diagnostic['at'], message?: string): object => {
    const { file, line, column, endLine, endColumn } = report.places.rangeOf(at)
    return { ...(message === undefined ? {} : { message: { text: message } }), physicalLocation: { artifactLocation: { uri: toUri(file) }, region: { startLine: line, startColumn: column, endLine, endColumn } } }
  }
  const results = report.findings.map((finding) => ({
    ruleId: finding.code, ruleIndex: codes.indexOf(finding.code), level: sarifLevel[finding.severity], message: { text: finding.message },
    locations: [location(finding.at)], ...(finding.related.length === 0 ? {} : { relatedLocations: finding.related.map((related, index) => ({ id: index + 1, ...location(related.at, related.message) })) }),
    partialFingerprints: { 'steelyard/v1': finding.fingerprint },
  }))
  return `${maskedJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Steelyard', version: report.steelyardVersion, rules } }, columnKind: 'utf16CodeUnits', results }],
  })}\n`
}

/** A relative path stays relative, so that a code host finds the file in the checkout; an absolute one becomes a file URI. */
function toUri(file: string): string {
  const encoded = file.split(/[\\/]/).map(encodeURIComponent).join('/')
  return file.startsWith('/') ? `file://${encoded}` : encoded
}

const xml = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd').replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`)

/** One test case per rule that was run; a rule with findings is a failure with one line per finding. Remarks do not fail a case. */
export function findingsJunit(report: FindingReport): string {
  const codes = [...new Set([...report.rules.map((rule) => rule.code), ...report.findings.map((finding) => finding.code)])]
  let failures = 0
  const cases = codes.map((code) => {
    const findings = report.findings.filter((finding) => finding.code === code)
    const lines = findings.map((finding) => {
      const at = report.places.rangeOf(finding.at)
      return `${at.file}:${at.line}:${at.column}: ${finding.severity}: ${maskSecrets(finding.message)}`
    })
    const name = report.rules.find((rule) => rule.code === code)?.title ?? code
    const open = `    <testcase classname="${xml(code)}" name="${xml(name)}"`
    if (findings.length === 0) return `${open}/>`
    if (findings.every((finding) => finding.severity === 'info')) return `${open}>\n      <system-out>${xml(lines.join('\n'))}</system-out>\n    </testcase>`
    failures += 1
    return `${open}>\n      <failure message="${xml(maskSecrets(findings[0]?.message ?? ''))}">${xml(lines.join('\n'))}</failure>\n    </testcase>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="${codes.length}" failures="${failures}">\n  <testsuite name="${xml(report.title)}" tests="${codes.length}" failures="${failures}" errors="0" skipped="0">\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`
}

const markdownCell = (text: string): string => maskSecrets(text).replace(/[\\|`*_<>[\]]/g, (character) => `\\${character}`).replace(/\s+/g, ' ')

export function findingsMarkdown(report: FindingReport): string {
  const rows = report.findings.map((finding) => {
    const at = report.places.lineOf(finding.at)
    return `| ${finding.severity} | ${markdownCell(`${at.file}:${at.line}`)} | ${markdownCell(finding.message)} | \`${finding.code}\` |`
  })
  return [`# Checks of ${markdownCell(report.title)}`, '', `${countLine(report.findings)}.`, '', ...(rows.length === 0 ? [] : ['| Severity | Place | Finding | Rule |', '| --- | --- | --- | --- |', ...rows, '']), ''].join('\n').replace(/\n+$/, '\n')
}

const githubCommand = { error: 'error', warning: 'warning', info: 'notice' } as const

/** Annotations of a workflow run. Source: GitHub Actions documentation, "Workflow commands", setting messages. */
export function findingsGithub(report: FindingReport): string {
  const value = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
  const property = (text: string): string => value(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
  return report.findings.map((finding) => {
    const at = report.places.rangeOf(finding.at)
    return `::${githubCommand[finding.severity]} file=${property(at.file)},line=${at.line},col=${at.column},endLine=${at.endLine},endColumn=${at.endColumn},title=${property(finding.code)}::${value(maskSecrets(finding.message))}\n`
  }).join('')
}
