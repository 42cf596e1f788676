// Moves of the roles that fill a level.

export const ROLES_MOVES = Object.freeze({});
