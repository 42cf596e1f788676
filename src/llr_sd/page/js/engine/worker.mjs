// A worker of the page.

/** Answer what the page asks. */
export function main() {
  self.addEventListener("message", (event) => self.postMessage(event.data));
}
