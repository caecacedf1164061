import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExposition } from '#shared/live/metrics/exposition.ts'
import { addCounts, statusCounter, toCount, toNumber, type MetricSamples } from '#shared/live/metrics/samples.ts'
import { captured } from '#test/shared/live/fixtures.ts'

const read = (text: string, wanted: (name: string) => boolean = () => true): MetricSamples => {
  const result = parseExposition(text, wanted)
  assert.ok(result.ok, result.ok ? '' : result.failure.message)
  return result.value
}
const wrong = (text: string): string => {
  const result = parseExposition(text, () => true)
  assert.ok(!result.ok, text)
  assert.equal(result.failure.code, 'bad-answer')
  return result.failure.message
}
const flat = (samples: MetricSamples): readonly string[] => [...samples].flatMap(([name, list]) => list.map(({ labels, value }) => `${name} ${[...labels].map(([label, text]) => `${label}=${text}`).join()} ${value}`))

test('a page is read as the format says', () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['a 1\n', ['a  1']],
    ['# HELP a Some text\n# TYPE a counter\na{x="1",y="2"} 3\na{x="2"} 4\n', ['a x=1,y=2 3', 'a x=2 4']],
    ['a{x="q\\"b\\\\s\\nl",} 1\n', ['a x=q"b\\s\nl 1']],
    ['a{x="}",y="1,2=3"} 1\n', ['a x=},y=1,2=3 1']],
    ['a {x="1"} 1\n', ['a x=1 1']],
    ['a 1.5e+09 1700000000000\n', ['a  1.5e+09']],
    ['a 1 1700000000.5 # {trace_id="x"} 0.5\nb 2 # {t="1"} 1\n', ['a  1', 'b  2']],
    ['a NaN\nb +Inf\nc -Inf\nd -0.5\n', ['a  NaN', 'b  +Inf', 'c  -Inf', 'd  -0.5']],
    ['h_bucket{le="0.1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 0.3\nh_count 2\n', ['h_bucket le=0.1 1', 'h_bucket le=+Inf 2', 'h_sum  0.3', 'h_count  2']],
    ['a 1\n# EOF\nwhatever', ['a  1']],
    ['a 1\r\n\r\nb 2\r\n', ['a  1', 'b  2']],
    ['{"a.b c",x="1"} 1\n{"d"} 2\n', ['a.b c x=1 1', 'd  2']],
    ['__proto__{__proto__="x"} 1\n', ['__proto__ __proto__=x 1']],
  ]
  for (const [text, expected] of rows) assert.deepEqual(flat(read(text)), expected, text)
})

test('metrics that nobody asked for are passed over', () => {
  assert.deepEqual(flat(read('a 1\nb{x="1"} 2\na 3\n', (name) => name === 'a')), ['a  1', 'a  3'])
})

test('what is no page of metrics is refused with what it is', () => {
  assert.match(wrong(''), /empty/)
  assert.match(wrong('<!DOCTYPE html>\n<html>\n'), /a web page/)
  assert.match(wrong('{"status":"success","data":{}}\n'), /JSON/)
  assert.match(wrong('[]\n'), /JSON/)
  for (const line of ['a', 'a x', 'a{x="1"', 'a{x="1} 2', 'a{x=1} 2', 'a{="1"} 2', 'a{x="1" y="2"} 3', '1a 2', 'a 0x10', 'a 1 soon', 'a 1 2 3', '# pxname,svname\nfe,FRONTEND']) {
    assert.match(wrong(`ok 1\n${line}\n`), /Line \d is no metric/, line)
  }
  assert.match(wrong('a 1\nb 2'), /within a line/)
  assert.match(wrong('a 1\n# HE'), /within a line/)
  assert.match(wrong('\u001b[31mred\n'), /"\?\[31mred"/)
})

test('no prefix of a page throws, and none that ends within a line passes', () => {
  const text = captured('haproxy-3.4/healthy.metrics.txt.gz').slice(0, 20_000)
  for (let end = 1; end < text.length; end += 61) {
    const result = parseExposition(text.slice(0, end), () => true)
    assert.equal(result.ok, text[end - 1] === '\n' || text[end - 1] === undefined, `prefix of ${end}`)
  }
})

test('values are numbers only where they are some', () => {
  assert.deepEqual(['1', '1.5e+03', 'NaN', '+Inf', '-Inf'].map(toNumber), [1, 1500, null, null, null])
  assert.deepEqual(['18446744073709551615', '9007199254740991', '1.79473e+08', '-1', 'NaN', '0.000'].map(toCount), [18446744073709551615n, 9007199254740991, 179473000, null, null, 0])
  assert.deepEqual([addCounts(1, 2), addCounts(9007199254740991, 2), addCounts(18446744073709551615n, 1), addCounts(0.5, 0.25)], [3, 9007199254740993n, 18446744073709551616n, 0.75])
  assert.deepEqual(['5', '5xx', '503', '200', 'other', '', '99', '1000'].map(statusCounter), ['status5xx', 'status5xx', 'status5xx', 'status2xx', 'statusOther', 'statusOther', 'statusOther', 'statusOther'])
})
