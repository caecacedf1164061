import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

const source = 'Steelyard input rules'

/** What is odd about a file as a file, whatever it says: empty, NUL bytes, an encoding the balancer does not read. */
export function inputDiagnostics(file: SourceFile, bytes: Uint8Array): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const at = { file: file.path, start: 0, end: 0 }
  if (bytes.length === 0 && file.role === 'config') {
    found.push(diagnostic({ code: 'input/empty', severity: 'error', message: `${file.path} is empty: nothing listens and no request is answered.`, at, source, names: [file.path] }))
  }
  if (file.encoding === 'utf-16le' || file.encoding === 'utf-16be') {
    found.push(diagnostic({
      code: 'input/utf-16', severity: 'error', at, source, names: [file.path],
      message: `${file.path} is UTF-16 text. It is shown decoded, but the balancer reads single bytes and would refuse it; save it as UTF-8.`,
    }))
  }
  if (file.encoding === 'utf-8-bom' && file.role === 'config') {
    found.push(diagnostic({
      code: 'input/byte-order-mark', severity: 'warning', at: { ...at, end: 1 }, source, names: [file.path],
      message: `${file.path} starts with a byte order mark, which the balancer takes as part of the first word; save it as UTF-8 without one.`,
    }))
  }
  if (file.encoding === 'latin-1') {
    found.push(diagnostic({
      code: 'input/not-utf-8', severity: 'info', at: { ...at, ...firstBeyondAscii(file.text) }, source, names: [file.path],
      message: `${file.path} is not UTF-8; its bytes are shown as Latin-1 characters.`,
    }))
  }
  const nul = file.text.indexOf('\0')
  if (nul !== -1) {
    let count = 0
    for (let next = nul; next !== -1; next = file.text.indexOf('\0', next + 1)) count += 1
    found.push(diagnostic({
      code: 'input/nul-bytes', severity: 'error', at: { file: file.path, start: nul, end: nul + 1 }, source, names: [file.path],
      message: `${file.path} holds ${count === 1 ? 'a NUL byte' : `${count} NUL bytes`}; the balancer stops reading there. The file may be damaged or not be text.`,
    }))
  }
  return found
}

function firstBeyondAscii(text: string): { readonly start: number; readonly end: number } {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 127) return { start: index, end: index + 1 }
  return { start: 0, end: 0 }
}
