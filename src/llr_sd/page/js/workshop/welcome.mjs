// The first screen: what this is, of which site, and what the two workshops do.

import { fill, make } from "../app/dom.mjs";

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountWelcome(root, page) {
  fill(root, make("p", { class: "lead", text: `A workshop for ${page.data.workshop.site.label}: three questions, three bars, and what follows from them.` }));
  return { show() {} };
}
