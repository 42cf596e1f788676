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
 * Of a model behind: each of its scenarios under what the room believes, what its screen shows, and the same cards. All draw from the page's seed with as many
 * runs as the page has of them, so that their numbers are the page's.
 *
 * @param {object} data of the page
 * @param {object} state
 * @param {Array<{key: string, data: object, seen?: {name: string, setting: object}, stateOf: (setting: object) => object}>} behind models; `stateOf` gives
 *   the state of a setting {scenario, held} under what the room believes, `seen` is what the screen shows
 * @param {string} readme what stands beside each study
 * @param {(card: object) => Object<string, number>} settingOf what a card sets at this site
 * @returns {Array<{folder: string, names: string[], files: Array<[string, string]>}>}
 */
export function foldersOf(data, state, behind, readme, settingOf) {
  const talked = data.workshop.cards.filter(({ name }) => Object.hasOwn(state.room.cards, name));
  const { set } = scenarioOf(data, state.from);
  const site = together(state, [
    { ...state, name: NOW, note: "what the room entered and agreed" },
    { ...state, name: state.from, held: set, ranges: table([]), note: "as the page opened, before the room changed anything" },
    ...talked.map((card) => ({ ...state, name: card.title, held: table([...Object.entries(state.held), ...Object.entries(settingOf(card))]), note: card.text })),
    ...state.saved,
  ]);
  const others = behind.flatMap(({ key, data: model, seen, stateOf }) => {
    const under = stateOf({});
    const named = model.scenarios.map(({ name, note }) => ({ ...stateOf({ scenario: name }), ranges: under.ranges, name, note }));
    const shown = seen ? [{ ...stateOf(seen.setting), ranges: under.ranges, name: seen.name, note: "what the screen beyond the site shows" }] : [];
    const cards = talked.filter((card) => Object.keys(card.behind[key] ?? {}).length);
    return studiesOf(model, together(under, [...named, ...shown, ...cards.map((card) => ({ ...stateOf({ held: card.behind[key] }), ranges: under.ranges, name: card.title, note: card.text }))]));
  });
  const taken = [];
  return [...studiesOf(data, site), ...others].map(({ folder, names, files }) => {
    taken.push(unlike(folder, taken, (i) => `-${i}`));
    return { folder: taken.at(-1), names, files: [...files, ["README.md", readme]] };
  });
}

/** A state that keeps settings under names that differ; one that asks what an earlier one asks is left out. */
function together({ held, ranges, runs, from }, settings) {
  const asked = (one) => canonical([one.held, one.ranges, one.runs]);
  const taken = [];
  const saved = settings
    .filter((one, i) => !settings.slice(0, i).some((before) => asked(before) === asked(one)))
    .map((one) => {
      taken.push(unlike(one.name, taken, (i) => ` (${i})`));
      return { ...one, name: taken.at(-1) };
    });
  return { held, ranges, runs, from, saved };
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
