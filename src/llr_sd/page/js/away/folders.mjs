/** What a room has set as study folders for `llr-sd run`, of the site's model and of those behind, with the journal beside each. */

import { folded, scenarioOf, table } from "../session/checks.mjs";
import { canonical } from "../session/hash.mjs";
import { studiesOf } from "../session/study.mjs";
import { zip } from "../session/zip.mjs";

const NOW = "As the room has it";

/**
 * Return the study folders of a session.
 *
 * Of the site: the setting of the room, the start that it chose, and each challenge card that was talked about, put to the room's setting.
 * Of a model behind: what the room's setting says of it, and the same cards. All draw from the page's seed with as many runs as on screen,
 * so that their numbers are the page's.
 *
 * @param {object} data of the page
 * @param {object} state
 * @param {Array<{key: string, data: object, carried: {held: object, ranges: object}, runs: number}>} behind models with what the room has changed of them
 * @param {string} readme what stands beside each study
 * @returns {Array<{folder: string, names: string[], files: Array<[string, string]>}>}
 */
export function foldersOf(data, state, behind, readme) {
  const talked = data.workshop.cards.filter(({ name }) => Object.hasOwn(state.room.cards, name));
  const site = studiesOf(data, withStart(data, state, talked));
  const others = behind.flatMap(({ key, data: model, carried, runs }) => {
    const { name: from, set } = model.scenarios.find(({ kind }) => kind === "scenario") ?? model.scenarios[0];
    const own = { held: table([...Object.entries(set), ...Object.entries(carried.held)]), ranges: carried.ranges, runs, from, saved: [] };
    const cards = talked.map((card) => ({ ...card, set: card.behind[key] ?? {} })).filter((card) => Object.keys(card.set).length);
    return studiesOf(model, withStart(model, own, cards));
  });
  const taken = [];
  return [...site, ...others].map(({ folder, names, files }) => {
    taken.push(unlike(folder, taken, (i) => `-${i}`));
    return { folder: taken.at(-1), names, files: [...files, ["README.md", readme]] };
  });
}

/** A state whose kept settings are, besides its own, that of the screen, the start and the cards. */
function withStart(data, { held, ranges, runs, from, saved }, cards) {
  const { set } = scenarioOf(data, from);
  const all = [
    { name: NOW, held, ranges, runs, from, note: "what the room entered and agreed" },
    { name: from, held: set, ranges: table([]), runs, from, note: "as the page opened, before the room changed anything" },
    ...cards.map(({ title, text, set: put }) => ({ name: title, held: table([...Object.entries(held), ...Object.entries(put)]), ranges, runs, from, note: text })),
    ...saved,
  ];
  const asked = (one) => canonical([one.held, one.ranges, one.runs]);
  const found = all.filter((one, i) => i !== 1 || asked(one) !== asked(all[0]));
  const taken = [];
  const named = found.map((one) => {
    taken.push(unlike(one.name, taken, (i) => ` (${i})`));
    return { ...one, name: taken.at(-1) };
  });
  return { held, ranges, runs, from, saved: named };
}

/** A name that is not taken: with a number behind it where it is. */
function unlike(name, taken, behind) {
  const folds = taken.map(folded);
  for (let i = 1; ; i += 1) {
    const tried = i === 1 ? name : name + behind(i);
    if (!folds.includes(folded(tried))) return tried;
  }
}

/** Return the folders in one archive. */
export function foldersArchive(folders) {
  return zip(folders.flatMap(({ folder, files }) => files.map(([path, text]) => [`${folder}/${path}`, text])));
}
