import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { HttpSource } from '#shared/live/live-source.ts'
import { traefikExporter } from '#shared/live/metrics/exporters/traefik.ts'
import { parseExposition } from '#shared/live/metrics/exposition.ts'
import { metricsPath, mostPages, parseServices, servicesPath, toTraefikSnapshot } from '#shared/live/traefik/api.ts'
import type { LiveAnswer, LivePort } from '#shared/backend/live-ports.ts'
import { costOf, snapshotOr } from './ask-pages.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads the API of Traefik page by page, and its metrics where they are given at the same address. */
export function traefikReader(port: LivePort, source: HttpSource): SnapshotReader {
  const base = source.path.replace(/\/+$/, '')
  const names = new Set(traefikExporter.metrics)

  async function readServices(limitMs: number, limitBytes: number): Promise<Result<{ readonly services: readonly unknown[]; readonly answers: readonly LiveAnswer[] }>> {
    const services: unknown[] = []
    const answers: LiveAnswer[] = []
    let leftMs = limitMs
    for (let page = 1; page <= mostPages;) {
      const answer = await port.ask(source, { kind: 'get', path: `${base}${servicesPath(page)}`, accept: 'application/json' }, leftMs, limitBytes)
      if (!answer.ok) return answer
      const read = parseServices(answer.value.text)
      if (read === null) return failed('bad-answer', `${source.title} gave no services: it is not the API of Traefik.`)
      services.push(...read)
      answers.push(answer.value)
      leftMs -= answer.value.readMs
      const next = answer.value.nextPage ?? 1
      if (next <= page) return ok({ services, answers })
      if (leftMs <= 0) return failed('timeout', `${source.title} did not give all services within ${limitMs / 1000} s.`)
      page = next
    }
    return failed('too-large', `${source.title} has more than ${mostPages} pages of services.`)
  }

  return async (limitMs, limitBytes) => {
    const [listed, page] = await Promise.all([readServices(limitMs, limitBytes), port.ask(source, { kind: 'get', path: `${base}${metricsPath}`, accept: 'text/plain' }, limitMs, limitBytes)])
    if (!listed.ok) return listed
    // Metrics can be turned off, or be given at another address.
    if (!page.ok && page.failure.code !== 'bad-answer') return page
    const samples = page.ok ? parseExposition(page.value.text, (name) => names.has(name)) : page
    const { services, answers } = listed.value
    return snapshotOr(source, toTraefikSnapshot(services, samples.ok ? samples.value : null, costOf(page.ok ? [...answers, page.value] : answers)))
  }
}
