// The Worker's entry: the gate's driver, and the Durable Objects as wasm-bindgen exports them.
import { DurableObject } from "cloudflare:workers";
import { Courier as RustCourier, Registry as RustRegistry, Usage as RustUsage } from "../../build/index.js";
import { handle } from "./driver.js";
import { freshInstance, guarded } from "./instance.js";

/** A Durable Object class of the Rust code's, each of its calls guarded. */
const guardedObject = (RustObject) =>
  class extends DurableObject {
    #object;
    #instance;

    fetch(request) {
      return guarded(() => this.#current().fetch(request));
    }

    alarm() {
      return guarded(() => this.#current().alarm());
    }

    /** The object in Rust, made afresh in a fresh instance. */
    #current() {
      const instance = freshInstance();
      if (this.#instance !== instance) {
        this.#object = new RustObject(this.ctx, this.env);
        this.#instance = instance;
      }
      return this.#object;
    }
  };

export class Registry extends guardedObject(RustRegistry) {}
export class Usage extends guardedObject(RustUsage) {}
export class Courier extends guardedObject(RustCourier) {}

// An object, not a class: it has no method but this one for whoever holds a service binding, and costs less.
export default { fetch: handle };
