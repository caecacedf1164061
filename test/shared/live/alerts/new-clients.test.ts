import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NewClients } from '#shared/live/alerts/new-clients.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import { ClientBook } from '#shared/live/log/client-book.ts'

function view(second: number, book: ClientBook | null): LiveView {
  const clients = book?.counts ?? null
  return { snapshot: { taken: { monotonicMs: second * 1000, wallMs: second * 1000 }, ...(clients === null ? {} : { logged: { lines: 0, unreadable: 0, clients } }) } } as unknown as LiveView
}

/** Ten requests a second from twenty clients for so long; `guests`: requests a second from addresses that come only once. */
function watch(phases: readonly { readonly seconds: number; readonly guests: number }[]): readonly string[] {
  const [book, clients] = [new ClientBook(), new NewClients()]
  let second = 0
  for (const { seconds, guests } of phases) {
    for (const end = second + seconds; second < end; second += 1) {
      for (let request = 0; request < 10; request += 1) book.add(request < guests ? `2001:db8::${second}:${request}` : `192.0.2.${(second * 10 + request) % 20}`, second * 1000)
      clients.note(view(second, book))
    }
  }
  return clients.words()
}

test('whether the clients are new is told once the usual part of new ones is known', () => {
  assert.deepEqual(watch([{ seconds: 420, guests: 0 }]), ['0 % of the requests of the last minute come from client addresses that were not seen before; usual are 0 %: it is not new clients.'])
  assert.deepEqual(watch([{ seconds: 500, guests: 1 }]), ['10 % of the requests of the last minute come from client addresses that were not seen before; usual are 10 %: it is not new clients.'])
  assert.deepEqual(watch([{ seconds: 440, guests: 1 }, { seconds: 60, guests: 8 }]), ['80 % of the requests of the last minute come from client addresses that were not seen before (480 of them new); usual are 10 %.'])
  assert.deepEqual(watch([{ seconds: 340, guests: 1 }]), [], 'all clients are new at first')
})

test('nothing is said of clients that a source does not tell', () => {
  const clients = new NewClients()
  for (let second = 0; second < 600; second += 1) clients.note(view(second, null))
  assert.deepEqual(clients.words(), [])
})

test('a client counts as new for a minute, and counts end where there are too many to keep apart', () => {
  const book = new ClientBook()
  assert.equal(book.counts, null)
  for (const [client, second] of [['a', 0], ['a', 59], ['a', 60], ['b', 61]] as const) book.add(client, second * 1000)
  assert.deepEqual(book.counts, { requests: 4, fresh: 2, fromFresh: 3 })
  for (let client = 0; client < 200_000; client += 1) book.add(String(client), 0)
  assert.equal(book.counts, null)
})
