// `node memory.mjs PORT` asks workerd's inspector how many bytes of a Worker's JavaScript heap are in use, with what was not
// collected yet, and prints the number.
import { inspect } from "./inspector.mjs";

const { ask, close } = await inspect(Number(process.argv[2]));
const { usedSize } = await ask("Runtime.getHeapUsage");
close();
console.log(usedSize);
