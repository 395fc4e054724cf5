// What the gate's WebAssembly memory is: imported before the gate, it notes the instances that are made.
const { Instance } = WebAssembly;

/** The exports of the last instance. */
export let exports;

WebAssembly.Instance = function (module, imports) {
  const instance = new Instance(module, imports);
  ({ exports } = instance);
  return instance;
};
