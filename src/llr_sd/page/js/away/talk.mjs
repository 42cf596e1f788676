/** What leaves a workshop of what the room said: assumptions changed, disagreements, cards, risks; and what the model cannot say. */

import { summaryRows } from "../second/risks.mjs";
import { amountOf, notEntered, rangeOf, titleOf } from "../workshop/naming.mjs";
import { mostFirst } from "../workshop/wording.mjs";
import { number } from "./facts.mjs";

/** A value or a range of an input; without either, what the page opened with. */
function standing(page, name, value) {
  const input = page.input(name);
  if (value === null && input && notEntered(page.data, input)) return "no entry";
  const { law = null, uncertain, value: opened } = input ?? {};
  const said = value ?? (uncertain ? law : opened);
  return typeof said === "number" ? amountOf(page.data, name, said) : rangeOf(page.data, name, said);
}

/** Every change of an assumption in its order, one row for each number: the first row of a change has its reason and who spoke. */
export function assumptions(page) {
  const { journal } = page.state.room;
  const rows = journal.flatMap(({ n, screen, changes, reason, who }) =>
    mostFirst(page.data, changes).map(({ input, was, now }, i) => [number(n, "whole"), i ? "" : questionOf(screen), titleOf(page.data, input), standing(page, input, was), standing(page, input, now), i ? "" : reason, i ? "" : who]),
  );
  return {
    name: "Assumptions", title: "What did the room change, and why?", lead: journal.length ? [] : ["Nothing was changed: all numbers are those that the page opened with."],
    notes: ["Who spoke is a role, not a name. Changes without a reason have an empty field."],
    tables: rows.length ? [{ caption: "Assumptions changed", head: ["Change", "Screen", "Assumption", "Before", "Now", "Reason", "Who"], rows }] : [],
  };
}

/** The short name of a screen. */
function questionOf(screen) {
  return Object.hasOwn(SCREEN, screen) ? SCREEN[screen] : "";
}
const SCREEN = { people: "People", care: "Care", staff: "Staff", shares: "Who does what", bars: "Three bars", path: "The path", roles: "Roles", beyond: "Beyond", challenge: "Challenge", risks: "Risks" };

/** What people disagreed on: each value with who said it, and the range that is drawn from where the room settled on one. */
export function opinions(page) {
  const { opinions: all } = page.state.room;
  const rows = all.map(({ input, value, who, reason }) => {
    const law = page.state.ranges[input];
    return [titleOf(page.data, input), standing(page, input, value), who, reason, law ? standing(page, input, law) : "not settled"];
  });
  return { caption: "Where people disagreed", head: ["Assumption", "Value said", "Who", "Reason", "Range in use"], rows };
}

/** The challenge cards with what the room made of them. */
export function cards(page) {
  const said = page.state.room.cards;
  const rows = page.cards.map(({ name, title, text }) => {
    const { verdict = "not talked about", who = "", reason = "" } = said[name] ?? {};
    return [title, text, verdict, reason, who];
  });
  const disagreed = opinions(page);
  return {
    name: "Cards", title: "What if we are wrong?", lead: rows.length ? [] : ["This page has no challenge cards."], notes: [],
    tables: [
      ...(rows.length ? [{ caption: "Challenge cards", head: ["Card", "What it asks", "The room says", "Reason", "Who"], rows }] : []),
      ...(disagreed.rows.length ? [disagreed] : []),
    ],
  };
}

/** The risks of the log as the room placed them, against the log and the model: both stand here only where the room has looked at them. */
export function risks(page) {
  const { ratings } = page.data.workshop;
  if (!ratings) return { name: "Risks", title: "Where do the risks stand?", lead: ["This page was made without the ratings of the risk log."], tables: [], notes: [] };
  const rows = summaryRows(ratings, page.state.room).map(({ name, placed, log, model, difference, text }) => [name, placed, log || "not shown", model || "not shown", difference, text]);
  const placings = ratings.risks.flatMap((risk, i) =>
    (page.state.room.risks[risk.id]?.placed ?? []).map(({ who, likelihood, consequence, after }) => [
      `${i + 1}. ${risk.title}`, who, number(likelihood, "whole"), number(consequence, "whole"), number(ratings.scores[likelihood - 1][consequence - 1], "whole"), after ? "after the ratings were shown" : "before",
    ]),
  );
  return {
    name: "Risks", title: "Where do the risks stand?", lead: [],
    notes: [`Likelihood and consequence run from 1 to 5; the score is what the log's matrix makes of them. The model's ratings: ${ratings.source}.`],
    tables: [
      { caption: "Risks as the room placed them, in the log, and by the model", head: ["Risk", "The room", "The log", "The model", "How they differ", "What was said"], rows },
      ...(placings.length ? [{ caption: "Every placing", head: ["Risk", "Who", "Likelihood", "Consequence", "Score", "When"], rows: placings }] : []),
    ],
  };
}

/** What the model cannot say, and where the numbers come from. */
export function about(page) {
  const { study, model, made } = page.data;
  const { runs } = page.state;
  const lost = page.now ? page.now.failures.length : 0;
  const facts = [
    ["Site", page.data.workshop.site.label],
    ["Question", study.question],
    ["Model", model.name],
    ["Made by", `llr_sd ${made.version}`],
    ["Runs", `${runs}, from the same draws each time (seed ${study.seed})${lost ? `; ${lost} failed and are left out` : ""}`],
    ["Numbers", "Middle of the runs and the range that holds nine runs in ten; llr-sd run on the study folder gives the same."],
    ["In the room", page.state.room.people.join(", ") || "not written down"],
  ];
  return {
    name: "About", title: "What stands behind these numbers", lead: [], notes: ["What the model cannot say, and how to read it:", ...study.notes],
    tables: [{ caption: "What stands behind", head: ["What", "Said"], rows: facts }],
  };
}
