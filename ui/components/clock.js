// Counts down beside what is being written, in the browser alone: no run of the script, and nothing is taken away.

const clocks = new WeakMap()

export default function ({ data, parentElement }) {
  const clock = clocks.get(parentElement) ?? begin(parentElement)
  clock.data = data
  clock.started = performance.now() - data.elapsed * 1000
  clock.draw()
  return clock.end
}

function begin(parentElement) {
  const face = document.createElement("div")
  face.setAttribute("role", "timer")
  face.style.cssText = "font: inherit; font-variant-numeric: tabular-nums; opacity: 0.85; min-height: 1.5em"
  parentElement.appendChild(face)
  const clock = {}
  clock.draw = () => {
    const { seconds, left, over } = clock.data
    const rest = seconds - Math.floor((performance.now() - clock.started) / 1000)
    const whole = Math.abs(rest)
    const time = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
    face.textContent = (rest >= 0 ? left : over).replace("{time}", time)
  }
  const ticking = setInterval(clock.draw, 1000)
  clock.end = () => {
    clearInterval(ticking)
    clocks.delete(parentElement)
  }
  clocks.set(parentElement, clock)
  return clock
}
