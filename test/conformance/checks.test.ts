import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { neutralChecks } from '#shared/analyses/checks/index.ts'
import { shadowingChecks } from '#shared/analyses/shadowing/index.ts'
import { runAllChecks } from '#shared/backend/checks.ts'
import { dialectById, dialects } from '#shared/dialects/registry.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

const options = { environment: {}, version: null, sideFiles: new Map() }

/** Findings of every check for one text; the clock stands still, so that no proof is cut short. */
function findings(dialectId: string, text: string): readonly Diagnostic[] {
  const dialect = dialectById(dialectId)
  assert.ok(dialect, `dialect ${dialectId} is not registered`)
  const file: SourceFile = { path: 'example.cfg', text, role: 'config', encoding: 'utf-8' }
  const parsed = { file, tree: dialect.parse(file).tree }
  const { model, diagnostics } = dialect.compile([parsed], options)
  assert.deepEqual(diagnostics.filter((one) => one.severity === 'error'), [], 'the example itself must compile')
  return runAllChecks(dialect, { files: [parsed], model, options }, { milliseconds: () => 0 })
}

const checks = [...[...neutralChecks, ...shadowingChecks].map((check) => ({ ...check, dialect: check.example, neutral: true })), ...dialects.flatMap((dialect) => dialect.checks.map((check) => ({ ...check, dialect: dialect.id, neutral: false })))]

test('every check has a code of its own, in the namespace of its kind', () => {
  const shared = shadowingChecks.filter((check) => check.sharesCode).map((check) => check.code)
  assert.equal(new Set(checks.map((check) => check.code)).size, checks.length - shared.length)
  for (const code of shared) assert.ok(neutralChecks.some((check) => check.code === code), `${code} is shared with a structural check`)
  assert.equal(new Set(checks.map((check) => check.title)).size, checks.length)
  for (const check of checks) assert.match(check.code, check.neutral ? /^routing\/[a-z0-9-]+$/ : new RegExp(`^${check.dialect}/[a-z0-9-]+$`))
})

test('there are at least a dozen checks, and HAProxy has some of its own', () => {
  assert.ok(checks.length >= 12)
  assert.ok(checks.some((check) => check.dialect === 'haproxy' && !check.neutral))
})

/** Why a rule looks at one product's text instead of the neutral model, where it would serve every product. */
const ownTextOnly: Readonly<Record<string, string>> = {
  'haproxy/acl-flag-after-pattern': 'the model holds the flag as one more value of the test',
  'haproxy/acl-logical-word': 'the model holds the word as one more value of the test',
  'haproxy/acl-name-reused': 'the model joins all lines of a name into one condition, wherever they stood',
  'haproxy/acl-unused': 'a condition that no rule uses does not get into the model',
  'haproxy/http-rule-in-tcp-mode': 'rules that the product ignores do not get into the model',
  'haproxy/normalizer-replaced': 'the model holds what the rule really does, not the normalizer that was written',
  'haproxy/text-lost-after-hash': 'comments do not get into the model',
  'haproxy/time-without-unit': 'the model holds milliseconds, however they were written',
  'nginx/access-list-dropped': 'the model holds the rules that count, not those that were dropped',
  'nginx/access-rule-after-all': 'the model ends the list at the rule that decides for everyone',
  'nginx/address-of-two-modules': 'the model holds what each listener does, not which of them starts',
  'nginx/auth-request-answer': 'the model holds the question as an opaque condition',
  'nginx/auth-single-server': 'the model holds the question as an opaque condition',
  'nginx/balancing-replaced': 'the model holds only the method that counts',
  'nginx/conflicting-server-name': 'the model holds the name once, with the server that gets it',
  'nginx/constant-hash-key': 'the neutral check of hash keys would have to know which variables of nginx hardly vary',
  'nginx/decoded-path-sent': 'the model holds the value that is sent, not the variable it came from',
  'nginx/duplicate-regex-location': 'the structural search for dead rules does not compare patterns behind a location search',
  'nginx/error-page-dropped': 'the model holds the error pages that count, not those that were dropped',
  'nginx/final-prefix-not-longest': 'the model holds the order that the modifiers made',
  'nginx/group-name-typo': 'the model takes the name for a host of the network',
  'nginx/handler-not-inherited': 'the model holds files as the handler, as if that had been meant',
  'nginx/header-lines-joined': 'the model is made for one version',
  'nginx/host-is-group-name': 'the model holds the header that is sent, whoever chose it',
  'nginx/if-drops-try-files': 'the model holds what runs when the condition holds',
  'nginx/implicit-default-server': 'the model holds a default server whether it was marked or not',
  'nginx/included-twice': 'the model does not know files',
  'nginx/ip-hash-behind-proxy': 'the model does not judge whose address a connection has',
  'nginx/ipv6-gap': 'the model holds each address by itself',
  'nginx/keepalive-before-method': 'connections to servers are no part of the model',
  'nginx/limit-except-skips-rewrite': 'the model holds what runs for each method',
  'nginx/limit-for-everyone': 'limits are compared as text',
  'nginx/map-on-raw-host': 'the model holds the header as a value like any other',
  'nginx/map-wildcard-without-hostnames': 'the model holds the key as the text that is compared',
  'nginx/mirror-to-live': 'copies of requests are compared as text',
  'nginx/name-resolved-once': 'the model does not say when a name is looked up',
  'nginx/named-location-unused': 'a location that nothing leads to does not get into the model',
  'nginx/newer-directive': 'the model is made for one version',
  'nginx/no-retry-limit': 'failures that lead to another server are compared as text',
  'nginx/prefix-without-border': 'the model holds the prefix, not what it was meant to match',
  'nginx/preread-missing': 'the model holds the empty name, as if it had been meant',
  'nginx/proxy-headers-dropped': 'the model holds the headers that are sent, not those that were dropped',
  'nginx/proxy-slash-mismatch': 'the model holds the path that is sent, as if it had been meant',
  'nginx/proxy-variable-drops-path': 'the model holds the path that is sent, as if it had been meant',
  'nginx/realip-trusts-everyone': 'whom the product believes about addresses is compared as text',
  'nginx/redirect-behind-terminator': 'the model holds what the condition says, not who stands in front',
  'nginx/redirect-to-itself': 'the model holds the target as a text of which parts come from the request',
  'nginx/regex-locations-overlap': 'the search for overlaps does not look behind a location search',
  'nginx/regex-takes-prefix': 'the search for overlaps does not look behind a location search',
  'nginx/resolver-missing': 'the model does not know resolvers',
  'nginx/retry-on-status': 'failures that lead to another server are compared as text',
  'nginx/return-before-access': 'rules that are never asked do not get into the model',
  'nginx/rewrite-repeats-query': 'the model holds the query that is sent, as if it had been meant',
  'nginx/scheme-port-mismatch': 'the model does not judge which port speaks TLS',
  'nginx/server-name-characters': 'the model holds the name as the text that is compared',
  'nginx/server-regex-open': 'the model holds the pattern, not what it was meant to match',
  'nginx/server-return-before-locations': 'locations that are never reached may be meant in a model that was made by machine',
  'nginx/slash-redirect-port': 'the model does not judge which port clients can reach',
  'nginx/specific-listen-hides-names': 'the model holds each address by itself',
  'nginx/split-clients-gap': 'the model holds an empty value like any other',
  'nginx/state-per-worker': 'workers are no part of the model',
  'nginx/stray-file-loaded': 'the model does not know files',
  'nginx/swallowed-directive': 'the model holds the words as names or files',
  'nginx/template-damage': 'the model holds what is left, as if it had been meant',
  'nginx/tls-by-other-server': 'the model holds what an address speaks, whoever said so',
  'nginx/try-files-middle': 'the model holds a file like any other',
  'nginx/upstream-sni-off': 'TLS towards servers is compared as text',
  'nginx/variable-unused': 'a variable that nothing uses does not get into the model',
  'nginx/zero-is-false': 'the model holds what the condition does, not what it was meant to do',
}

test('a rule of one product says why it is not a neutral one, and no reason is left over', () => {
  assert.deepEqual(Object.keys(ownTextOnly).sort(), checks.filter((check) => !check.neutral).map((check) => check.code).sort())
})

test('each of the five outages would have been caught by a check', () => {
  const outages = ['routing-rules', 'auth-bottleneck', 'coffee-break', 'one-hot-server', 'stale-servers']
  const caught = new Set(checks.map((check) => check.postmortem).filter((one) => one !== null))
  assert.deepEqual([...caught].sort(), [...outages].sort())
})

test('a sound config has no findings at all', () => {
  const text = readFileSync(new URL('../../assets/sample-incident/before/haproxy.cfg', import.meta.url), 'utf8')
  assert.deepEqual(findings('haproxy', text).map((one) => one.message), [])
})

test('the sample incident is found by its dead rule, its idle pool and its weights', () => {
  const text = readFileSync(new URL('../../assets/sample-incident/after/haproxy.cfg', import.meta.url), 'utf8')
  assert.deepEqual(findings('haproxy', text).map((one) => one.code).sort(), ['routing/pool-unreachable', 'routing/rule-never-matches', 'routing/weight-outlier'])
})

for (const check of checks) {
  test(`${check.code}: the bad example has the finding, the good one does not`, () => {
    const bad = findings(check.dialect, check.bad).filter((one) => one.code === check.code)
    assert.ok(bad.length > 0, `the bad example has no ${check.code}`)
    assert.deepEqual(findings(check.dialect, check.good).filter((one) => one.code === check.code), [])
    for (const finding of bad) {
      assert.ok(finding.at.start >= 0 && finding.at.start < finding.at.end && finding.at.end <= check.bad.length, 'stands inside the file')
      assert.match(finding.message, /^[A-Z'A-Za-z0-9].*\.$/s, 'is a sentence')
      assert.doesNotMatch(finding.message, /!|undefined|\bnull\b/)
      assert.ok(finding.fingerprint.startsWith(`${check.code}|`), 'the fingerprint names the code and objects')
      assert.doesNotMatch(finding.fingerprint, /example\.cfg|\bline \d/)
    }
    assert.ok(check.why.endsWith('.') && check.title.length > 0 && check.source.length > 0)
  })

  test(`${check.code}: a waiver survives edits above the place`, () => {
    const prints = (text: string): readonly string[] => findings(check.dialect, text).filter((one) => one.code === check.code).map((one) => one.fingerprint).sort()
    assert.deepEqual(prints(`# a comment\n\n${check.bad}`), prints(check.bad))
  })

  test(`${check.code}: a mechanical fix removes the finding`, () => {
    for (const finding of findings(check.dialect, check.bad).filter((one) => one.code === check.code && one.fix !== null)) {
      const fixed = [...(finding.fix?.edits ?? [])].sort((a, b) => b.at.start - a.at.start).reduce((text, edit) => text.slice(0, edit.at.start) + edit.text + text.slice(edit.at.end), check.bad)
      assert.ok(!findings(check.dialect, fixed).some((one) => one.code === check.code && one.fingerprint === finding.fingerprint))
    }
  })
}
