const limit = 200

/**
 * A text from outside made safe to show: control characters and those that turn the writing direction become `?`, and
 * it is cut at 200 characters.
 */
export function cleanText(text: string): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text
  return cut.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '?')
}
