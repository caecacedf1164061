import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { haproxySupport } from '#shared/dialects/haproxy/support.ts'

/** Keywords the installed HAProxy registers, as keys of our table. */
function registeredKeys(dump: string): readonly string[] {
  const keys = new Set<string>()
  let part = ''
  let section = ''
  const rules = /^(http-request|http-response|http-after-response|tcp-request|tcp-response|quic-initial) (.*)$/
  for (const raw of dump.split('\n')) {
    const title = /^# List of registered (.*):$/.exec(raw)
    if (title !== null) {
      part = title[1] as string
      continue
    }
    if (raw.startsWith('#') || raw.trim() === '') continue
    const line = raw.trim()
    if (part === 'ACL keywords') {
      const name = line.split(' = ')[0] as string
      keys.add(`fetch ${name}`)
    } else if (part === 'configuration keywords') {
      if (!raw.startsWith('\t')) {
        section = line
        continue
      }
      if (section === 'global') keys.add(`global ${line}`)
      else if (section === 'crt-list') keys.add(`crt-list ${line.split(' ')[0] as string}`)
      else if (line.startsWith('bind <addr> ')) keys.add(`bind ${line.replace(/^bind <addr> (ssl (?=\S))?/, '').split(' ')[0] as string}`)
      else if (line.startsWith('server <name> <addr> ')) keys.add(`server ${line.split(' ')[3] as string}`)
      else if (line.startsWith('option ')) keys.add(`option ${line.split(' ')[1] as string}`)
      else if (rules.test(line)) {
        const [, kind = '', rest = ''] = rules.exec(line) ?? []
        const name = rest.replace(/^(connection|session|content) /, '').replace('*', '')
        keys.add(`${kind} ${name}`)
      } else keys.add(`${section === 'listen' ? 'proxy' : section} ${line.split(' ')[0] as string}`)
    } else if (part === 'sample converter functions') keys.add(`converter ${line.replace(/[(:].*$/, '')}`)
    else if (part === 'sample fetch functions') keys.add(`fetch ${line.replace(/^\[[^\]]*\] /, '').replace(/[(:].*$/, '')}`)
    else if (part === 'filter names') keys.add(`filter ${line.split(' ')[0] as string}`)
    else if (part === 'service names') keys.add(`service ${line}`)
  }
  return [...keys]
}

const binary = spawnSync('haproxy', ['-v'], { encoding: 'utf8' })
const absent = binary.error !== undefined ? 'NOT RUN: haproxy is not installed' : false

test('every keyword the installed haproxy registers is in the support table', { skip: absent }, () => {
  const dump = spawnSync('haproxy', ['-dKall', '-q', '-c', '-f', '/dev/null'], { encoding: 'utf8' })
  const keys = registeredKeys(dump.stdout)
  assert.ok(keys.length > 900, `the dump has only ${String(keys.length)} keywords`)
  assert.deepEqual(keys.filter((key) => !haproxySupport.entries.has(key)), [])
})

test('the table has one entry for each key, a sentence for each entry and sound versions', () => {
  assert.ok(haproxySupport.entries.size > 1300)
  for (const [key, entry] of haproxySupport.entries) {
    assert.equal(entry.key, key)
    assert.match(key, /^\S+ \S+$/)
    assert.match(entry.summary, /^[A-Z].*\.$/, key)
    for (const version of [entry.since, entry.until]) assert.ok(version === null || /^\d\.\d+$/.test(version), key)
  }
})
