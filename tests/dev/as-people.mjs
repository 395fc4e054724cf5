// The environment of people's shells: xtask puts the commands of the npm packages first on the PATH, and theirs has them not.
import { delimiter, join } from "node:path";

const own = join("node_modules", ".bin");
const directories = (process.env.PATH ?? "").split(delimiter);

export const env = {
  ...process.env,
  PATH: directories.filter((directory) => !directory.endsWith(own)).join(delimiter),
  WRANGLER_SEND_METRICS: "false",
};
