// Elements made by calls, never from markup: a name, a unit or a note stays text whatever stands in it.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "open", "selected", "tabIndex", "htmlFor"]);

/**
 * Make an element.
 * @param {string} tag
 * @param {Object} [given] attributes by name; `class`, `text`, `on` (listeners by event) and the properties of form controls as such;
 *   null and false are left out
 * @param {...(Node|string|null|false|undefined)} children text and elements; what is nothing is left out
 * @returns {HTMLElement}
 */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** Put other children into an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/**
 * Put other children into an element where what they tell has changed, so that the focus stays where it is while it has not.
 * @param {HTMLElement} element
 * @param {*} told plain JSON that says what they tell
 * @param {() => (Node|false|null|(Node|false|null)[])} children are made where that is another than the last time
 */
export function refill(element, told, children) {
  const key = JSON.stringify(told);
  if (TOLD.get(element) === key) return;
  TOLD.set(element, key);
  fill(element, children());
}
const TOLD = new WeakMap();

/** Change a text only where it differs, so that nothing is laid out again for nothing. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Make a button of a form that is never sent.
 * @param {string} text
 * @param {() => void} act
 * @param {Object} [given] as `make` takes it
 */
export function button(text, act, given = {}) {
  return make("button", { type: "button", text, ...given, on: { click: act } });
}

/**
 * Make a select with its label.
 * @param {string} label
 * @param {{value: string, text: string, group?: string}[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} act
 * @returns {{element: HTMLElement, select: HTMLSelectElement, offer: (choices: Object[], chosen: string) => void}}
 */
export function choice(label, choices, chosen, act) {
  const select = make("select", { on: { change: () => act(select.value) } });
  const offer = (list, value) => {
    const groups = new Map();
    const made = [];
    for (const one of list) {
      const option = make("option", { value: one.value, text: one.text });
      if (!one.group) made.push(option);
      else if (groups.has(one.group)) groups.get(one.group).append(option);
      else {
        groups.set(one.group, make("optgroup", { label: one.group }, option));
        made.push(groups.get(one.group));
      }
    }
    fill(select, made);
    select.value = value;
  };
  offer(choices, chosen);
  return { element: make("label", { class: "choice" }, make("span", { text: label }), select), select, offer };
}
