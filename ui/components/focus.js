// Puts the keyboard where the next step of a person is, once for each step. It takes the focus from nobody who writes,
// and on a touch screen from nothing at all: there it would open the keyboard over what one is to read.

const PATIENCE = 5000
const root = document.documentElement

// Streamlit calls this anew after each run of the script, and may load it anew: what was done stands in the page.
export default function ({ data }) {
  if (root.dataset.focusedStep === data.step) return
  root.dataset.focusedStep = data.step
  if (matchMedia("(pointer: coarse)").matches) return
  const selector = `.st-key-${data.key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}`
  const began = performance.now()
  const attempt = () => {
    if (root.dataset.focusedStep !== data.step) return
    const place = document.querySelector(selector)
    const target = place?.querySelector("textarea") ?? place
    // The text area of the step before is there, with the focus, until the page has been drawn anew.
    const isReady = target && !target.disabled && !isWriting(document.activeElement)
    if (isReady) move(target)
    else if (target !== document.activeElement && performance.now() - began < PATIENCE) setTimeout(attempt, 50)
  }
  attempt()
}

function isWriting(element) {
  return element?.matches("textarea, input:not([type=radio], [type=checkbox]), [contenteditable=true]")
}

function move(target) {
  if (!target.matches("textarea")) {
    target.tabIndex = -1 // reachable from here, yet no stop of its own for the tab key
    target.style.outline = "none"
  }
  target.focus({ preventScroll: !target.matches("textarea") })
}
