// What the status line says: how many runs are behind the numbers, and whether more are on their way.

import { countOf } from "../charts/numbers.mjs";

/**
 * @param {{have: number, all: number, failed: number, busy: boolean, error: boolean}} facts `error`: this setting cannot be run at all
 * @returns {string}
 */
export function statusWords({ have, all, failed, busy, error }) {
  if (error) return "These assumptions cannot be run together: the last one made the model break down. Undo it.";
  if (have === 0) return "Computing \u2026";
  const runs = have < all ? `${have.toLocaleString("en-GB")} of ${countOf(all, "run")}` : countOf(all, "run");
  const lost = failed ? `; ${failed.toLocaleString("en-GB")} of them failed and ${failed === 1 ? "is" : "are"} left out` : "";
  return `${runs}${lost}${busy ? "; computing \u2026" : ""}`;
}
