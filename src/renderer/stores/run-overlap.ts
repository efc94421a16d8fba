// Where what was read of a run and what was heard of it meet.
import type { JobEvent } from '../../shared/events.ts'

/** Both come in the order in which the run told them: what was heard up to the last event that was read too is known already.
 * @param heard since the reading began @returns what follows on `past` */
export function afterKnown(past: readonly JobEvent[], heard: readonly JobEvent[]): JobEvent[] {
  const texts = heard.map((event) => JSON.stringify(event))
  const wanted = new Set(texts)
  const known = new Set<string>()
  // What was heard is at the end of what was read.
  for (const event of past.slice(-heard.length * 1000 - 1000)) {
    const text = JSON.stringify(event)
    if (wanted.has(text)) known.add(text)
  }
  return heard.slice(texts.findLastIndex((text) => known.has(text)) + 1)
}
