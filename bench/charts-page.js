// The part of charts.ts that runs in the page.
/* global window, document, performance, queueMicrotask */
import { Chart } from '../src/renderer/widgets/chart.ts'

/** Milliseconds of the first frame and of 30 further ones, each with all values new. */
export async function measure({ lines, points }) {
  const times = []
  const frame = window.requestAnimationFrame.bind(window)
  // Drawing ends in microtasks of the frame.
  window.requestAnimationFrame = (draw) =>
    frame((now) => {
      const began = performance.now()
      draw(now)
      queueMicrotask(() => queueMicrotask(() => times.push(performance.now() - began)))
    })
  const options = { height: 240, yRange: null, formatX: String, formatY: String, isWhole: true, onPointer: () => undefined }
  const chart = new Chart(document.getElementById('place'), options)
  for (let round = 0; round < 31; round++) {
    const series = Array.from({ length: lines }, (_, i) => ({
      label: String(i),
      x: Float64Array.from({ length: points }, (_value, j) => j),
      y: Float64Array.from({ length: points }, (_value, j) => Math.exp(-j / points) + Math.random() * 0.2 + i),
    }))
    chart.update(series)
    while (times.length <= round) await new Promise((resolve) => frame(resolve))
  }
  chart.destroy()
  window.requestAnimationFrame = frame
  return { first: times[0], times: times.slice(1) }
}
