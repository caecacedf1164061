import { countAt, objectAt } from '#shared/live/json-answer.ts'
import type { Counters } from '#shared/live/snapshot.ts'

/** The responses of a server or zone by the class of their status, as nginx Plus and vhost_traffic_status write them. */
export function statusClasses(value: unknown): Pick<Counters, 'status1xx' | 'status2xx' | 'status3xx' | 'status4xx' | 'status5xx'> {
  const responses = objectAt(value, 'responses')
  return { status1xx: countAt(responses, '1xx'), status2xx: countAt(responses, '2xx'), status3xx: countAt(responses, '3xx'), status4xx: countAt(responses, '4xx'), status5xx: countAt(responses, '5xx') }
}
