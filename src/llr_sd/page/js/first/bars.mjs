// A screen of the first workshop; null while it has nothing to show.

export const mountBars = null;
