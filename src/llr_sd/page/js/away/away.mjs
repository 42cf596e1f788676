// What to take away; null while it has nothing to show.

export const mountAway = null;
