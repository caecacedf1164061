import { loadavg } from 'node:os'

/** One measured thing: milliseconds of each repetition. */
export interface Sample {
  readonly name: string
  readonly times: number[]
}

export interface Flags {
  readonly numbers: (name: string, fallback: readonly number[]) => readonly number[]
  readonly number: (name: string, fallback: number) => number
  readonly text: (name: string, fallback: string) => string
}

/** `--name value` and `--name=value`. */
export function readFlags(args: readonly string[] = process.argv.slice(2)): Flags {
  const values = new Map<string, string>()
  args.forEach((arg, index) => {
    if (!arg.startsWith('--')) return
    const equals = arg.indexOf('=')
    if (equals !== -1) values.set(arg.slice(2, equals), arg.slice(equals + 1))
    else values.set(arg.slice(2), args[index + 1] ?? '')
  })
  return {
    numbers: (name, fallback) => values.get(name)?.split(',').map(Number) ?? fallback,
    number: (name, fallback) => Number(values.get(name) ?? fallback),
    text: (name, fallback) => values.get(name) ?? fallback,
  }
}

export async function timed(run: () => unknown): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

/** Runs all by turns, `repetitions` times, so that noise of the machine meets each alike. */
export async function interleave(repetitions: number, runs: readonly { readonly name: string; readonly run: () => unknown }[]): Promise<readonly Sample[]> {
  const samples = runs.map(({ name }): Sample => ({ name, times: [] }))
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (let index = 0; index < runs.length; index += 1) samples[index]!.times.push(await timed(runs[index]!.run))
  }
  return samples
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

export function describe(times: readonly number[]): string {
  return `${figure(median(times))} [${figure(Math.min(...times))}–${figure(Math.max(...times))}] ms`
}

export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

export function load(): string {
  return `load average ${loadavg().map((value) => value.toFixed(2)).join(' ')}`
}

/** A goal and how it came out. Never ends the run: figures are reported, people decide. */
export function verdict(goal: string, text: string, met: boolean): void {
  console.log(`  ${met ? 'met    ' : 'NOT MET'} ${goal}: ${text}`)
}
