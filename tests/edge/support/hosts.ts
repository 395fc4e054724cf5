// The two hosts of a deployment: the API's, and the one of the admin plane.

export const GATE = "https://gate.example";
/** `ADMIN_HOST`, as the tests set it. */
export const ADMIN_HOST = "admin.example";
export const ADMIN = `https://${ADMIN_HOST}`;

/** Where a path is served: what is the admin plane's, at the admin plane. */
export const originOf = (path: string) =>
  /^\/_tidegate(?![^/?])(?!\/(whoami|healthz)(\?|$))/.test(path) ? ADMIN : GATE;
