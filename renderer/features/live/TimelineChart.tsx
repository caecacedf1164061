import { useEffect, useRef, useState, type PointerEvent } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { TimelineMark } from '#shared/rpc/live-payloads.ts'
import type { SeriesAnswer } from '#shared/view/live-series.ts'
import { dashOf } from './line-dash.ts'
import { drawMarks, labelHeight } from './draw-marks.ts'
import type { TimelineLine } from './timeline-series.ts'

interface TimelineChartProps {
  readonly answer: SeriesAnswer
  readonly lines: readonly TimelineLine[]
  readonly fromMs: number
  readonly toMs: number
  readonly atMs: number
  readonly marks: readonly TimelineMark[]
  readonly isShare: boolean
  readonly words: (value: number) => string
  readonly onSeek: (atMs: number) => void
}

const left = 52
const right = 14
const bottom = 22

/** The curves. Colours are read once: another theme makes another chart. */
export function TimelineChart(props: TimelineChartProps) {
  const { answer, lines, fromMs, toMs, atMs, marks, onSeek } = props
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const latest = useRef(props)
  latest.current = props
  const [size, setSize] = useState({ width: 0, height: 0 })
  const shape = lines.map((line) => `${line.label}${line.isOff ? '!' : ''}`).join('\n')

  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const hasSize = size.width > 80 && size.height > 40
  useEffect(() => {
    const element = box.current
    if (element === null || !hasSize) return undefined
    const made = new uPlot(optionsOf(latest, element), toData(latest.current), element)
    chart.current = made
    return () => {
      chart.current = null
      made.destroy()
    }
  }, [hasSize, shape])

  useEffect(() => {
    if (hasSize) chart.current?.setSize(size)
  }, [size, hasSize])
  useEffect(() => {
    chart.current?.setData(toData(latest.current), true)
  }, [answer, fromMs, toMs, shape])
  useEffect(() => chart.current?.redraw(false, true), [marks])

  const seek = (event: PointerEvent<HTMLDivElement>): void => {
    const bounds = event.currentTarget.getBoundingClientRect()
    const part = (event.clientX - bounds.left - left) / Math.max(1, bounds.width - left - right)
    onSeek(fromMs + Math.max(0, Math.min(1, part)) * (toMs - fromMs))
  }
  const part = (Math.max(fromMs, Math.min(toMs, atMs)) - fromMs) / Math.max(1, toMs - fromMs)
  return (
    <div
      className="live-plot" ref={box}
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); seek(event) }}
      onPointerMove={(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event) }}
    >
      <span className="live-cursor" style={{ left: left + part * Math.max(0, size.width - left - right), bottom }} aria-hidden="true" />
    </div>
  )
}

function toData({ answer, lines }: TimelineChartProps): uPlot.AlignedData {
  const found = new Map(answer.series.map((one) => [one.key, one]))
  const gaps = answer.times.map(() => null)
  return [answer.times.slice(), ...lines.flatMap((line) => {
    const points = found.get(line.key)
    return [(points?.high ?? gaps).slice(), (points?.low ?? gaps).slice()]
  })]
}

function optionsOf(latest: { readonly current: TimelineChartProps }, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  const palette = ['--flow-mid', '--added', '--maint', '--flow-high'].map(token)
  const { lines, isShare } = latest.current
  const colourOf = (line: TimelineLine, index: number): string => (line.isOff ? token('--critical') : (palette[index % 4] ?? ''))
  const axis = { stroke: token('--text-2'), grid: { stroke: token('--line'), width: 1 }, ticks: { show: false }, font: '11px Inter, sans-serif' }
  return {
    width: element.clientWidth, height: element.clientHeight, ms: 1, padding: [(plot) => 8 + labelHeight(latest.current.marks.length, plot.height), right, 0, 0], legend: { show: false }, cursor: { show: false },
    scales: {
      x: { time: true, range: () => [latest.current.fromMs, latest.current.toMs] },
      y: { range: (_, __, most) => [0, isShare ? 1 : Math.max(1, (most ?? 0) * 1.1)] },
    },
    axes: [{ ...axis, size: bottom, values: (_, splits) => splits.map((at) => timeWords(at)) }, { ...axis, size: left, values: (_, splits) => splits.map((value) => latest.current.words(value)) }],
    series: [{}, ...lines.flatMap((line, index) => {
      const stroke = colourOf(line, index)
      const common = { stroke, width: line.isOff ? 2 : 1.5, points: { show: false }, spanGaps: false, dash: [...dashOf(index, line.isOff)] }
      return [{ ...common, label: line.label }, { ...common, label: `${line.label}, least`, width: 0.5 }]
    })],
    bands: lines.map((line, index) => ({ series: [index * 2 + 1, index * 2 + 2], fill: `${colourOf(line, index)}2b` })),
    hooks: { draw: [(plot) => drawMarks(plot, latest.current.marks, token)] },
  }
}

function timeWords(atMs: number): string {
  const at = new Date(atMs)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
