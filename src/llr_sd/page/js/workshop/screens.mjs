// The screens of both workshops in their order.

import { mountAway } from "../away/away.mjs";
import { mountBars } from "../first/bars.mjs";
import { mountCare } from "../first/care.mjs";
import { mountPeople } from "../first/people.mjs";
import { mountShares } from "../first/shares.mjs";
import { mountStaff } from "../first/staff.mjs";
import { mountBeyond } from "../second/beyond/beyond.mjs";
import { mountChallenge } from "../second/challenge.mjs";
import { mountPath } from "../second/path.mjs";
import { mountRisks } from "../second/risks.mjs";
import { mountRoles } from "../second/roles.mjs";
import { mountWelcome } from "./welcome.mjs";

/** What the parts are called; a screen names its part by number. */
export const PARTS = Object.freeze(["Welcome", "Workshop 1", "Workshop 2", "Take away"]);

/** {name, part, title, question, mount}: `title` is short, for the steps; `question` is the heading. */
export const SCREENS = Object.freeze([
  { name: "welcome", part: 0, title: "Welcome", question: "Who do we care for, what will they need, and who will provide it?", mount: mountWelcome },
  { name: "people", part: 1, title: "People", question: "Who do we care for?", mount: mountPeople },
  { name: "care", part: 1, title: "Care", question: "What care will be needed?", mount: mountCare },
  { name: "staff", part: 1, title: "Staff", question: "Who works here now?", mount: mountStaff },
  { name: "shares", part: 1, title: "Who does what", question: "Who will provide care?", mount: mountShares },
  { name: "bars", part: 1, title: "Three bars", question: "How many staff does it take?", mount: mountBars },
  { name: "path", part: 2, title: "The path", question: "How do we get there?", mount: mountPath },
  { name: "roles", part: 2, title: "Roles", question: "Which roles would fill the posts?", mount: mountRoles },
  { name: "beyond", part: 2, title: "Beyond", question: "What happens beyond our own walls?", mount: mountBeyond },
  { name: "challenge", part: 2, title: "Challenge", question: "What if we are wrong?", mount: mountChallenge },
  { name: "risks", part: 2, title: "Risks", question: "Where do the risks stand?", mount: mountRisks },
  { name: "away", part: 3, title: "Take away", question: "What do we take away?", mount: mountAway },
]);
