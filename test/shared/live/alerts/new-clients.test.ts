import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NewClients } from '#shared/live/alerts/new-clients.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import { ClientBook } from '#shared/live/log/client-book.ts'

function view(second: number, book: ClientBook | null): LiveView {
  const clients = book?.counts ?? null
  return { snapshot: { taken: { monotonicMs: second * 1000, wallMs: second * 1000 }, ...(clients === null ? {} : { logged: { lines: 0, unreadable: 0, clients } }) } } as unknown as LiveView
}

/**
 * Ten requests a second from twenty clients for so long; `guests`: requests a second from addresses that come only once.
 * The alert begins at `since`, in seconds.
 */
function watch(phases: readonly { readonly seconds: number; readonly guests: number }[], since: number): readonly string[] {
  const [book, clients] = [new ClientBook(), new NewClients()]
  let second = 0
  for (const { seconds, guests } of phases) {
    for (const end = second + seconds; second < end; second += 1) {
      for (let request = 0; request < 10; request += 1) book.add(request < guests ? `2001:db8::${second}:${request}` : `192.0.2.${(second * 10 + request) % 20}`, second * 1000)
      clients.note(view(second, book))
    }
  }
  return clients.words(since * 1000)
}

const usual = (part: number): readonly string[] => [`When this began, ${part} % of the requests came from client addresses first seen within a minute before; usual are ${part} %: it did not come with new addresses.`]

test('whether the addresses are new is told once the usual part of new ones is known', () => {
  assert.deepEqual(watch([{ seconds: 420, guests: 0 }], 419), usual(0))
  assert.deepEqual(watch([{ seconds: 500, guests: 1 }], 499), usual(10))
  assert.deepEqual(watch([{ seconds: 340, guests: 1 }], 339), [], 'all clients are new at first')
})

test('an alert that came with new addresses never says otherwise, however long it lasts', () => {
  const told = ['When this began, 46 % of the requests came from client addresses first seen within a minute before (277 new addresses); usual are 10 %.']
  for (const seconds of [31, 60, 600, 3000]) assert.deepEqual(watch([{ seconds: 500, guests: 1 }, { seconds, guests: 8 }], 500), told, `${seconds} s`)
  // The guests have become regulars, or went.
  assert.deepEqual(watch([{ seconds: 500, guests: 1 }, { seconds: 60, guests: 8 }, { seconds: 900, guests: 0 }], 500), told)
  assert.deepEqual(watch([{ seconds: 500, guests: 1 }, { seconds: 8000, guests: 8 }], 500), [], 'what was usual then is forgotten')
})

test('nothing is said of clients that a source does not tell', () => {
  const clients = new NewClients()
  for (let second = 0; second < 600; second += 1) clients.note(view(second, null))
  assert.deepEqual(clients.words(599_000), [])
})

test('a client counts as new for a minute, and counts end where there are too many to keep apart', () => {
  const book = new ClientBook()
  assert.equal(book.counts, null)
  for (const [client, second] of [['a', 0], ['a', 59], ['a', 60], ['b', 61]] as const) book.add(client, second * 1000)
  assert.deepEqual(book.counts, { requests: 4, addresses: 2, fromNew: 3 })
  for (let client = 0; client < 200_000; client += 1) book.add(String(client), 0)
  assert.equal(book.counts, null)
})
