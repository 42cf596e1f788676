// The risks of the log: the room places each first, then the log's and the model's ratings are shown, and the difference is talked about.

import { button, choice, fill, make, refill, say } from "../app/dom.mjs";
import { ILLUSTRATIVE } from "../charts/figure.mjs";
import { countOf, dateWords, listing, percent } from "../charts/numbers.mjs";
import { GRADES } from "../levers/wording.mjs";
import { statement, table } from "../workshop/kit.mjs";
import { saidOf } from "./challenge_moves.mjs";
import { whoField } from "./who.mjs";

const KINDS = Object.freeze({ same: "good", among: "plain", higher: "watch", lower: "watch" });
const WHOLE = "The model's ratings are of Leicester, Leicestershire and Rutland as a whole, not of this site.";

/**
 * How the room's placings of a risk lie to another rating of it, as facts.
 *
 * @param {Object} ratings of the page
 * @param {Array<{likelihood: number, consequence: number}>} placed by the room, at least one
 * @param {{likelihood: [number, number], consequence: [number, number], score: [number, number]}} other least and most of each
 * @returns {{score: string, likelihood: string, consequence: string}} of the other rating: "higher" than every placing, "lower", "same" (of the score: in
 *   the one range of scores that count as the same rating), or "among" (some placings, or some of its interval, agree)
 */
export function comparedWith(ratings, placed, other) {
  const rank = (score) => ratings.agreement.findIndex(([least, most]) => least <= score && score <= most);
  const scores = placed.map(({ likelihood, consequence }) => rank(ratings.scores[likelihood - 1][consequence - 1]));
  return {
    score: side(scores, other.score.map(rank)),
    likelihood: side(placed.map(({ likelihood }) => likelihood), other.likelihood),
    consequence: side(placed.map(({ consequence }) => consequence), other.consequence),
  };
}

function side(ours, [low, high]) {
  const [least, most] = [Math.min(...ours), Math.max(...ours)];
  if (low > most) return "higher";
  if (high < least) return "lower";
  return least === most && low === high ? "same" : "among";
}

/** A published cell as a rating with an interval of one cell. */
export function published(ratings, { likelihood, consequence }) {
  const score = ratings.scores[likelihood - 1][consequence - 1];
  return { likelihood: [likelihood, likelihood], consequence: [consequence, consequence], score: [score, score] };
}

/** A model's rating by the ends of its interval. */
export function interval({ likelihood, consequence, score }) {
  return { likelihood: likelihood.slice(1), consequence: consequence.slice(1), score: score.slice(1) };
}

/**
 * The same in sentences.
 * @param {string} who "The model" or "The log"
 * @param {{score: string, likelihood: string, consequence: string}} facts of `comparedWith`
 * @param {number} count of placings
 */
export function comparedWords(who, { score, likelihood, consequence }, count) {
  const anyone = count === 1 ? "the room" : "anyone in the room";
  const overall = {
    higher: `${who} rates this risk higher than ${anyone} did.`,
    lower: `${who} rates this risk lower than ${anyone} did.`,
    same: `${who} and the room rate this risk alike.`,
    among: count === 1 ? `${who} is not sure enough to be told from the room.` : `${who} rates this risk as some in the room did, and not as others.`,
  }[score];
  const axis = { likelihood: { higher: "likelier", lower: "less likely" }, consequence: { higher: "graver", lower: "less grave" } };
  const parts = [axis.likelihood[likelihood], axis.consequence[consequence]].filter(Boolean);
  return parts.length ? `${overall} It takes it to be ${listing(parts)}.` : overall;
}

/** A cell as logs write it: "4 × 4 = 16". */
export function product(ratings, likelihood, consequence) {
  return `${likelihood} \u00d7 ${consequence} = ${ratings.scores[likelihood - 1][consequence - 1]}`;
}

/** A rating of the model: "5 × 4 = 20 (16 to 20)". */
export function standWords({ likelihood: [l], consequence: [c], score: [s, low, high] }) {
  return `${l} \u00d7 ${c} = ${s}${low === high ? "" : ` (${low} to ${high})`}`;
}

/** How likely a consequence is in the runs: what stands behind a rating. */
export function chanceWords(ratings, { consequence: [c], chances, runs }) {
  const worse = c < ratings.consequences.length ? " or worse" : "";
  return `A loss that is ${ratings.consequences[c - 1]}${worse} comes in ${percent(chances[c - 1])} of ${countOf(runs, "run")}.`;
}

/** What a rating hangs on: "It hangs most on the share of ... (the more, the worse; evidence: literature)". */
export function tiesWords(ties) {
  if (!ties.length) return "No single assumption moves it much.";
  const told = ties.map(({ label, grade, rank }) => `\u201c${label}\u201d (the more of it, the ${rank > 0 ? "more" : "less"} is lost; evidence: ${GRADES[grade] ?? "not graded"})`);
  return `It hangs most on ${listing(told)}.`;
}

/** What the room placed before the model was shown: "GP 4 × 4 = 16, Nurse 3 × 4 = 12". */
export function placedWords(ratings, placed) {
  return placed.map(({ likelihood, consequence, who }) => `${who || "somebody"} ${product(ratings, likelihood, consequence)}`).join("; ");
}

/**
 * Mount the screen.
 * @param {HTMLElement} root
 * @param {Object} page
 * @returns {{show: () => void}}
 */
export function mountRisks(root, page) {
  const { ratings } = page.data.workshop;
  if (!ratings) {
    fill(root, make("p", { class: "lead", text: "This page was made without the risk log." }));
    return { show() {} };
  }
  const { risks } = ratings;
  const chosen = () => risks.find(({ id }) => id === page.store.state.view.risk) ?? risks[0];
  const turn = (by) => page.change({ kind: "view", risk: risks[(risks.indexOf(chosen()) + by + risks.length) % risks.length].id });
  const which = choice("Risk", risks.map(({ id, title }, i) => ({ value: id, text: `${i + 1}. ${title}` })), "", (risk) => page.change({ kind: "view", risk }));
  const title = make("h2", { class: "card-title" });
  const wording = make("p", { class: "card-text" });
  const who = whoField(page);
  const matrix = mountMatrix(ratings, (likelihood, consequence) => page.change({ kind: "place", risk: chosen().id, likelihood, consequence, who: who.value() }));
  const placed = make("div", { class: "placed" });
  const ask = make("p", { class: "quiet control" });
  const shown = button("Show the log's and the model's rating", () => page.change({ kind: "reveal", risk: chosen().id }), { class: "main-act" });
  const locked = make("p", { class: "quiet", id: "reveal-locked", text: "Locked until somebody has placed this risk." });
  shown.setAttribute("aria-describedby", "reveal-locked");
  const answer = make("div", { class: "risk-answer" });
  const all = make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "All risks" });
  fill(root,
    make("div", { class: "row" }, which.element, button("Risk before", () => turn(-1)), button("Next risk", () => turn(1))),
    make("div", { class: "risk-split" },
      make("div", { class: "risk-said" }, title, wording, answer, placed, make("div", { class: "row control" }, shown, locked)),
      make("div", {}, make("div", { class: "row control" }, who.element, ask), matrix.element)),
    make("details", {}, make("summary", { text: `All ${risks.length} risks: placed, in the log, by the model` }), all),
    make("p", { class: "quiet", text: `${ratings.title}. ${WHOLE} ${ratings.source}.` }));

  function show() {
    const risk = chosen();
    const said = saidOf(page.state.room, risk.id);
    which.select.value = risk.id;
    who.show();
    say(title, risk.title);
    say(wording, risk.wording);
    say(ask, said.revealed ? "Who places it now has seen the ratings; it is kept as such." : "How likely, and how grave? Choose a field for each who speaks.");
    shown.hidden = said.revealed;
    shown.disabled = said.placed.length === 0;
    locked.hidden = said.revealed || said.placed.length > 0;
    refill(placed, [risk.id, said], () => said.placed.some(({ after }) => after === said.revealed) && placings(risk, said));
    matrix.show(said.placed, said.revealed ? { log: risk, model: risk.stands[0] } : null);
    refill(answer, [risk.id, said.revealed && said], () => said.revealed && answerOf(risk, said));
    refill(all, page.state.room.risks, () => summary(page, ratings));
  }

  function placings(risk, said) {
    return make("ul", {}, ...said.placed.map(({ likelihood, consequence, who: role, after }, at) => {
      const name = `${role || "somebody"}: ${product(ratings, likelihood, consequence)}`;
      return after === said.revealed && make("li", {}, make("span", { text: `${name}${after ? ", after the ratings were shown" : ""}` }),
        button("Take out", () => page.change({ kind: "unplace", risk: risk.id, at }), { class: "link control", "aria-label": `Take out ${name}` }));
    }));
  }

  function answerOf(risk, said) {
    const before = said.placed.filter(({ after }) => !after);
    const [main, ...others] = risk.stands;
    const model = comparedWith(ratings, before, interval(main));
    const log = comparedWith(ratings, before, published(ratings, risk));
    const when = dateWords(main.date, true, true);
    const text = make("textarea", { rows: 2, maxlength: 300, "aria-label": "What was said of the difference", value: said.text, on: { change: () => page.change({ kind: "talk", risk: risk.id, text: text.value.replace(/\s+/g, " ") }) } });
    return [
      make("dl", { class: "scores" },
        ...score("The room", placedWords(ratings, before)),
        ...score("The log, 2017", product(ratings, risk.likelihood, risk.consequence)),
        ...score(`The model of LLR, ${when}`, standWords(main))),
      statement({ text: comparedWords("The model", model, before.length), kind: KINDS[model.score] }).element,
      statement({ text: comparedWords("The log", log, before.length), kind: KINDS[log.score] }).element,
      make("p", { text: `${chanceWords(ratings, main)} ${tiesWords(main.ties)}` }),
      main.illustrative && make("p", { class: "warning", text: `Made-up numbers of a site stand behind this rating. ${ILLUSTRATIVE}` }),
      make("label", { class: "choice talk" }, make("span", { text: "What was said of the difference" }), text),
      make("details", {}, make("summary", { text: "How the loss is measured, and other ways to measure it" }),
        make("p", { text: risk.lost }),
        make("ul", {}, ...risk.stands.map((stand) => make("li", { text: `${stand.scale} (${stand.means}): ${standWords(stand)}${stand.illustrative ? ", illustrative" : ""}` }))),
        others.length === 0 && make("p", { text: "There is one way to measure it." })),
    ];
  }

  return { show };
}

function score(name, told) {
  return [make("div", {}, make("dt", { text: name }), make("dd", { text: told }))];
}

/** All risks: what was placed and what was shown; of a risk that was not shown neither the log's nor the model's rating is here. */
export function summaryRows(ratings, room) {
  return ratings.risks.map((risk, i) => {
    const { placed, revealed, text } = saidOf(room, risk.id);
    const before = placed.filter(({ after }) => !after);
    const after = placed.filter((one) => one.after);
    const told = before.length ? placedWords(ratings, before) : "not placed yet";
    return {
      name: `${i + 1}. ${risk.title}`,
      placed: after.length ? `${told}; after the ratings were shown: ${placedWords(ratings, after)}` : told,
      log: revealed ? product(ratings, risk.likelihood, risk.consequence) : "",
      model: revealed ? standWords(risk.stands[0]) : "",
      difference: revealed ? comparedWords("The model", comparedWith(ratings, before, interval(risk.stands[0])), before.length) : "",
      text,
    };
  });
}

function summary(page, ratings) {
  const rows = summaryRows(ratings, page.state.room);
  return table({
    caption: "The risks of the log. Ratings of the log and of the model stand here once they were shown.",
    head: ["Risk", "The room", "The log", "The model", "What was said"],
    rows: rows.map((row) => [row.name, row.placed, row.log || "not shown yet", row.model || "not shown yet", row.text || "\u2013"]),
  });
}

/** The matrix: a grid of fields that arrows go through and Enter chooses. */
function mountMatrix(ratings, place) {
  const size = ratings.likelihoods.length;
  let at = [3, 3];
  const cells = new Map();
  const cell = (likelihood, consequence) => {
    const marks = make("span", { class: "marks" });
    const field = make("button", { type: "button", class: `cell ${ratings.levels[likelihood - 1][consequence - 1]}`, on: { click: () => (move(likelihood, consequence), place(likelihood, consequence)), focus: () => move(likelihood, consequence) } },
      make("span", { class: "unseen", text: `likelihood ${likelihood}, ${ratings.likelihoods[likelihood - 1]}; consequence ${consequence}, ${ratings.consequences[consequence - 1]}; score ` }),
      make("span", { class: "cell-score", text: String(ratings.scores[likelihood - 1][consequence - 1]) }), marks);
    cells.set(`${likelihood} ${consequence}`, { field, marks });
    return make("td", { role: "gridcell" }, field);
  };
  const rows = ratings.likelihoods.map((label, i) => i + 1).reverse();
  const head = make("tr", { role: "row" }, make("td", {}), ...ratings.consequences.map((label, i) => make("th", { scope: "col", role: "columnheader", text: `${i + 1} ${label}` })));
  const body = rows.map((likelihood) => make("tr", { role: "row" },
    make("th", { scope: "row", role: "rowheader", text: `${likelihood} ${ratings.likelihoods[likelihood - 1]}` }),
    ...ratings.consequences.map((label, i) => cell(likelihood, i + 1))));
  const grid = make("table", { class: "matrix", role: "grid", "aria-label": "How likely (rows) and how grave (columns)" }, make("thead", { role: "rowgroup" }, head), make("tbody", { role: "rowgroup" }, ...body));
  const keys = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  grid.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(keys, event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [up, along] = keys[event.key];
    const within = (value) => Math.min(size, Math.max(1, value));
    move(within(at[0] + up), within(at[1] + along));
    cells.get(at.join(" ")).field.focus();
  });
  function move(likelihood, consequence) {
    at = [likelihood, consequence];
    for (const [key, { field }] of cells) field.tabIndex = key === at.join(" ") ? 0 : -1;
  }
  move(...at);

  function show(placed, ratingsShown) {
    for (const [key, { marks }] of cells) {
      const [likelihood, consequence] = key.split(" ").map(Number);
      const here = placed.filter((one) => one.likelihood === likelihood && one.consequence === consequence).map(({ who }) => who || "somebody");
      const log = ratingsShown && ratingsShown.log.likelihood === likelihood && ratingsShown.log.consequence === consequence;
      const model = ratingsShown && ratingsShown.model.likelihood[0] === likelihood && ratingsShown.model.consequence[0] === consequence;
      const any = here.length > 0 || log || model;
      fill(marks, any && make("span", { class: "unseen", text: "; placed here: " }), here.map((who) => make("span", { class: "mark room", text: who })), log && make("span", { class: "mark log", text: "Log" }), model && make("span", { class: "mark model", text: "Model" }));
    }
  }
  return { element: make("div", { class: "matrix-box" }, make("p", { class: "quiet", "aria-hidden": "true", text: "How likely \u2191 and how grave \u2192" }), grid), show };
}
