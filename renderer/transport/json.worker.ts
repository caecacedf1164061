/// <reference lib="webworker" />
/** Turns large answers into values away from the window's thread. */
self.onmessage = (message: MessageEvent<{ readonly id: number; readonly bytes: ArrayBuffer }>) => {
  const { id, bytes } = message.data
  try {
    self.postMessage({ id, value: JSON.parse(new TextDecoder().decode(bytes)) as unknown })
  } catch (error) {
    self.postMessage({ id, error: error instanceof Error ? error.message : String(error) })
  }
}
