// workerd's inspector: what is asked of V8 by its protocol.
import WebSocket from "ws";

/** A session with the first Worker of a workerd whose inspector is at a port. */
export async function inspect(port) {
  const [{ webSocketDebuggerUrl }] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const socket = new WebSocket(webSocketDebuggerUrl);
  const waiting = new Map();
  socket.on("message", (text) => {
    const { id, result, error } = JSON.parse(text);
    const settle = waiting.get(id);
    if (error) settle?.reject(new Error(error.message));
    else settle?.resolve(result);
  });
  await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
  let last = 0;
  return {
    ask(method, params = {}) {
      const id = ++last;
      const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
      socket.send(JSON.stringify({ id, method, params }));
      return answer;
    },
    close: () => socket.close(),
  };
}
