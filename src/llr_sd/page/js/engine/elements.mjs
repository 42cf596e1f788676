// Elements of variables: their places in what the engine saves, and their names.

/**
 * Name an element as the modeller writes it, such as "staff[autonomous,gp]".
 * @param {{name: string, axes: {elements: string[]}[]}} variable
 * @param {number} position flat, last axis fastest
 * @returns {string}
 */
export function labelAt(variable, position) {
  const cell = [];
  for (const axis of [...variable.axes].reverse()) {
    cell.unshift(axis.elements[position % axis.elements.length]);
    position = Math.floor(position / axis.elements.length);
  }
  return cell.length ? `${variable.name}[${cell.join(",")}]` : variable.name;
}

/** The whole numbers from first to before stop. */
export function range(first, stop) {
  return Array.from({ length: Math.max(stop - first, 0) }, (_, i) => first + i);
}

/** Which variable each element belongs to. */
export function ownersOf(variables, size) {
  const out = new Int32Array(size);
  variables.forEach((v, i) => out.fill(i, v.first, v.first + v.size));
  return out;
}

/** Which of `engine.missing` each element lacks; -1 where it has a value. */
export function lacksOf(engine) {
  const out = new Int32Array(engine.outSize).fill(-1);
  for (const v of engine.variables) v.missing.forEach((position, i) => { out[v.first + position] = v.lacks[i]; });
  return out;
}

/** The name of the element at a place among those of some variables. */
export function labelIn(variables, at) {
  const variable = variables.find((v) => at >= v.first && at < v.first + v.size);
  return labelAt(variable, at - variable.first);
}
