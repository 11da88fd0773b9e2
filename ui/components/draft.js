// Watches one text area of the page and sends its text to the server a second after typing has stopped, and at once
// when the page is hidden or left. It reads only: the text area, its focus and what Streamlit knows of it stay alone.

const PAUSE = 1000
const watchers = new WeakMap()

// Streamlit calls this anew after each run of the script; the first call for a place in the page begins to watch.
export default function ({ data, parentElement, setStateValue }) {
  const watcher = watchers.get(parentElement) ?? watch(parentElement)
  watcher.selector = `.st-key-${data.key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")} textarea`
  watcher.send = (text) => setStateValue("text", text)
  return watcher.end
}

function watch(parentElement) {
  const watcher = {}
  const ending = new AbortController()
  let timer = null
  let text = ""

  const flush = () => {
    if (timer === null) return
    clearTimeout(timer)
    timer = null
    watcher.send(text)
  }
  const typed = ({ target }) => {
    if (!target.matches?.(watcher.selector)) return
    text = target.value
    clearTimeout(timer)
    timer = setTimeout(flush, PAUSE)
  }
  const hidden = () => document.visibilityState === "hidden" && flush()

  document.addEventListener("input", typed, { signal: ending.signal })
  document.addEventListener("visibilitychange", hidden, { signal: ending.signal })
  window.addEventListener("pagehide", flush, { signal: ending.signal })
  // What was typed last before the text area went away was submitted, or was left a moment ago: Python decides.
  watcher.end = () => {
    ending.abort()
    clearTimeout(timer)
    watchers.delete(parentElement)
  }
  watchers.set(parentElement, watcher)
  return watcher
}
