// The strip under a screen: what was changed last, why, and who spoke.

/**
 * Mount the strip.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountBecause(root, page) {
  root.hidden = true;
  return { show() {} };
}
