/** What stands beside a study folder that left a workshop: what it is, and every change with its old value, reason and who spoke. */

import { cautionsOf } from "../workshop/wording.mjs";
import { wordsOf } from "./facts.mjs";
import { assumptions, cards, opinions } from "./talk.mjs";

/**
 * Return the text of the file.
 *
 * @param {object} page
 * @returns {string} Markdown, in which nothing that a person wrote is markup
 */
export function readmeOf(page) {
  const { site } = page.data.workshop;
  const [changes] = assumptions(page).tables;
  const played = cards(page).tables.find(({ head }) => head[0] === "Card");
  const disagreed = opinions(page);
  const parts = [
    `# Workshop of ${plain(site.label)}`,
    cautionsOf(site).join(" "),
    "`llr-sd run` on this folder gives the numbers that the page showed: the same draws, as many runs. The scenario \"As the room has it\" is the setting of the room.",
    "## What the room changed, in its order",
    ...(changes ? listed(changes, ["Change", "Assumption", "Before", "Now", "Reason", "Who"]) : ["Nothing was changed."]),
    ...(disagreed.rows.length ? [`## ${disagreed.caption}`, ...listed(disagreed, disagreed.head)] : []),
    ...(played ? ["## Challenge cards", ...listed({ ...played, rows: played.rows.filter(([, , verdict]) => verdict !== "not talked about") }, ["Card", "The room says", "Reason", "Who"])] : []),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/** A line for each row: the first of its columns, then the others that are not empty, each with its name. */
function listed({ head, rows }, columns) {
  const lines = rows.map((cells) => {
    const [first, ...rest] = columns.map((name) => [name, wordsOf(cells[head.indexOf(name)])]);
    const said = rest.filter(([, text]) => text !== "").map(([name, text]) => `${name.toLowerCase()}: ${plain(text)}`);
    return `- ${[`${first[0]} ${plain(first[1])}`, ...said].join("; ")}`;
  });
  return [lines.length ? lines.join("\n") : "None."];
}

/** A text in which Markdown finds no markup. */
function plain(text) {
  return text.replace(/[\\`*_{}[\]<>()#|~&!]/g, (sign) => `\\${sign}`);
}
