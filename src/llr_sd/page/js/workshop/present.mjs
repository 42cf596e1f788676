// The presenter's view, and the keys that go from screen to screen.

const WRITING = "input, select, textarea, [contenteditable], [role=slider], [role=grid], .figure";

/**
 * Listen for the keys of the room: PageUp and PageDown, the arrows where nothing has the focus that takes them, P, and undo and redo.
 *
 * @param {{step: (by: number) => void, present: () => void, leave: () => boolean, undo: () => void, redo: () => void}} acts `leave` says
 *   whether there was something to leave
 */
export function listen({ step, present, leave, undo, redo }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey) return;
    const at = event.target instanceof Element ? event.target : document.body;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    let done = true;
    if (event.ctrlKey || event.metaKey) {
      const writes = at.matches("input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea");
      if (!writes && key === "z" && !event.shiftKey) undo();
      else if (!writes && (key === "y" || (key === "z" && event.shiftKey))) redo();
      else done = false;
    } else if (key === "PageDown" && !event.shiftKey) step(1);
    else if (key === "PageUp" && !event.shiftKey) step(-1);
    else if (at.closest(WRITING)) done = false;
    else if (key === "ArrowRight") step(1);
    else if (key === "ArrowLeft") step(-1);
    else if (key === "p") present();
    else if (key === "Escape") done = leave();
    else done = false;
    if (done) event.preventDefault();
  });
}
