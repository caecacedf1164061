import type { RecordingPort } from '#shared/backend/live-ports.ts'

/** Files of recordings. What reads and writes them is loaded with the first one. */
export const nodeRecordings: RecordingPort = {
  async create(path) {
    return (await import('./recording-file.ts')).createRecordingFile(path)
  },
  async open(path) {
    return (await import('./recording-file.ts')).openRecordingFile(path)
  },
}
