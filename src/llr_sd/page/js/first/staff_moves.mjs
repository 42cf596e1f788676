// Moves of who is in post.

export const STAFF_MOVES = Object.freeze({});
