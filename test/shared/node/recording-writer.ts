// Child of the recorder tests: records a poll every few milliseconds and prints its number once it was handed over.
//   recording-writer.ts FILE MILLISECONDS COUNT
import { setTimeout as sleep } from 'node:timers/promises'
import { LiveRecorder } from '#shared/backend/live/recorder.ts'
import { nodeRecordings } from '#shared/node/recordings.ts'
import { head, pollAt } from './recorded-polls.ts'

const [file = '', pause = '20', count = '1000000'] = process.argv.slice(2)
const started = await LiveRecorder.start(nodeRecordings, file, head)
if (!started.ok) {
  console.log(`refused ${started.failure.code}`)
  process.exit(3)
}
const recorder = started.value
let told = false
for (let poll = 0; poll < Number(count); poll += 1) {
  recorder.poll(pollAt(poll, performance.now()))
  process.stdout.write(`${poll} ${performance.now()}\n`)
  await sleep(Number(pause))
  const { problem } = recorder.status()
  if (problem !== null && !told) process.stdout.write(`problem ${problem.message}\n`)
  told = problem !== null
}
await recorder.close()
process.stdout.write('closed\n')
