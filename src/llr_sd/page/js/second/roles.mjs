// A screen of the second workshop; null while it has nothing to show.

export const mountRoles = null;
