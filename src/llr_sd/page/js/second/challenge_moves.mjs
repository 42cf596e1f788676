// Moves of confirming and challenging: opinions, cards, risks.

export const CHALLENGE_MOVES = Object.freeze({});
